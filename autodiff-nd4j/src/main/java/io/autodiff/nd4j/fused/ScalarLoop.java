package io.autodiff.nd4j.fused;

import org.jspecify.annotations.Nullable;

/**
 * Scalar work, once, or again and again for as long as a condition holds. A loop's results are its first arguments in the next round.
 *
 * <p>The kernel gets a pointer to 64 bit words: whether something was refused, how many rounds were done, the arguments, and after
 * them, if there is no loop, the results; a loop's results take the place of the arguments. Where something is refused the words
 * hold the arguments of the round in which it was; floating numbers are the bits of a float64, bools 0 or 1.
 *
 * <pre>{@code
 * new ScalarLoop(3, null, code);           // code once, of three arguments
 * new ScalarLoop(3, condition, step);      // while (condition) step
 * }</pre>
 *
 * @param arguments how many there are
 * @param condition of which the result is a bool; null for no loop
 * @param step what is computed
 */
public record ScalarLoop(int arguments, @Nullable ScalarCode condition, ScalarCode step) {
    /** The word that is 1 if something was refused, and 0 if not. */
    public static final int REFUSED_WORD = 0;
    /** The word with the number of rounds. */
    public static final int ROUNDS_WORD = 1;

    /**
     * The word of an argument.
     *
     * @param number the argument's
     * @return the word's number
     */
    public static int argumentWord(int number) {
        return 2 + number;
    }

    /**
     * {@return the word of a result}
     *
     * @param number the result's
     */
    public int resultWord(int number) {
        return argumentWord(condition == null ? arguments + number : number);
    }

    /** {@return the number of words} */
    public int words() {
        return condition == null ? argumentWord(arguments + step.results().size()) : argumentWord(arguments);
    }
}
