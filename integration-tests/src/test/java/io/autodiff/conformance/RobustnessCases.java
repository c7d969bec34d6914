package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonArray;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Areas "robustness" and "threads". */
final class RobustnessCases {
    private RobustnessCases() {}

    static void addTo(Cases cases) {
        cases.add("exception-inside-tape-unwinds", c -> {
            Variable x = c.variable("x");
            assertThrows(ArithmeticException.class, () -> {
                try (GradientTape tape = c.tape()) {
                    tape.watch(x.mul(x));
                    throw new ArithmeticException("inside the block");
                }
            });
            assertEquals(List.of(), Executor.recorders(), "no tape is left on the thread");
            try (GradientTape tape = c.tape()) {
                c.check(tape.gradient(x.mul(x), x), "g");
            }
        });
        cases.add("deep-chain-20000-ops", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x;
                for (int i = 0; i < 20_000; i++) {
                    y = y.add(x.mul(1e-4));
                }
                c.check(tape.gradient(y, x), "g");
                c.check(y, "y");
            }
        });
        cases.add("gradient-on-other-thread", c -> {
            Tensor x = c.constant("x");
            GradientTape tape = c.watchingTape();
            Tensor y;
            try (tape) {
                y = x.mul(x);
            }
            c.check(OtherThread.call(() -> tape.gradientOrThrow(y, x)), "g");
        });
        cases.add("eight-threads-independent-tapes", RobustnessCases::independentTapes);
    }

    private static void independentTapes(ConformanceCase c) throws Exception {
        JsonArray expected = c.expected("g").getAsJsonArray();
        int threads = c.setup("threads").getAsInt();
        int iterations = c.setup("iterations").getAsInt();
        assertEquals(expected.size(), threads);
        List<Callable<List<Tensor>>> tasks = new ArrayList<>();
        for (int i = 1; i <= threads; i++) {
            double start = i;
            tasks.add(() -> {
                List<Tensor> gradients = new ArrayList<>();
                for (int k = 0; k < iterations; k++) {
                    Variable x = Variable.of(start);
                    try (GradientTape tape = GradientTape.open()) {
                        gradients.add(tape.gradientOrThrow(x.pow(3), x));
                    }
                }
                return gradients;
            });
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<Tensor>>> results = executor.invokeAll(tasks);
            for (int i = 0; i < threads; i++) {
                for (Tensor gradient : results.get(i).get()) {
                    c.check(gradient, "g", i);
                }
            }
        } finally {
            executor.shutdown();
        }
    }
}
