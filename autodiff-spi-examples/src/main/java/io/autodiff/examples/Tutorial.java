package io.autodiff.examples;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs TensorFlow's tutorial programs on variables, tapes, optimizers, compiled functions and loops, and prints each result beside its
 * expected figure, which is what TensorFlow 2 gives. The programs are the short methods of the chapters; they are meant to be read,
 * in the order of {@link #chapters}.
 *
 * <pre>{@code
 * java -cp ... io.autodiff.examples.Tutorial          // exit status 1 if a result is not as expected
 * java -cp ... io.autodiff.examples.Tutorial 42       // the same random numbers each time
 * }</pre>
 */
public final class Tutorial {
    private Tutorial() {}

    /**
     * Runs all chapters and ends the process, with status 0 if every result is as expected and 1 if not.
     *
     * @param args the seed of the program that draws a random number; without it, each run draws another
     */
    public static void main(String[] args) {
        long seed = args.length == 0 ? System.nanoTime() : Long.parseLong(args[0]);
        System.exit(run(System.out, chapters(seed)));
    }

    static List<Consumer<Checks>> chapters(long seed) {
        return List.of(
                VariableChapter::run,
                TapeChapter::run,
                QuadraticChapter::run,
                check -> VectorChapter.run(check, seed),
                NumericalChapter::run,
                RegressionChapter::run,
                CompiledChapter::run,
                LoopChapter::run,
                PluginChapter::run);
    }

    /** Runs chapters; gives the exit status, 0 or 1. A chapter that throws is a mismatch, and the next one follows. */
    static int run(PrintStream out, List<Consumer<Checks>> chapters) {
        Checks check = new Checks(out);
        for (Consumer<Checks> chapter : chapters) {
            try {
                chapter.accept(check);
            } catch (RuntimeException e) {
                check.failed(e);
            }
        }
        check.summary();
        return check.mismatches() == 0 ? 0 : 1;
    }
}
