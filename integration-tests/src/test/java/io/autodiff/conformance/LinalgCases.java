package io.autodiff.conformance;

import io.autodiff.GradientTape;
import io.autodiff.Linalg;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import java.util.List;
import java.util.function.Function;

/** Area "linalg" of the ops, its error, and its second order. */
final class LinalgCases {
    private LinalgCases() {}

    static void addTo(Cases cases) {
        add(cases, "matmul-2x3-3x2", c -> a(c).mmul(b(c)));
        add(cases, "matmul-transA", c -> a(c).mmul(b(c), true, false));
        add(cases, "matmul-transB", c -> a(c).mmul(b(c), false, true));
        add(cases, "matmul-batched", c -> a(c).mmul(b(c)));
        add(cases, "matvec", c -> Linalg.matvec(a(c), c.constant("v")));
        add(cases, "dot-vectors", c -> Linalg.tensorDot(a(c), b(c), 1));
        add(cases, "tensordot-axes", c -> Linalg.tensorDot(a(c), b(c), new int[] {1, 2}, new int[] {0, 1}));
        add(cases, "matmul-chain-xTAx", c -> {
            Tensor x = c.constant("x");
            return x.mmul(c.constant("A"), true, false).mmul(x);
        });
        add(cases, "matrix-inverse", c -> Linalg.inverse(c.constant("x")));
        add(cases, "matrix-det", c -> Linalg.det(c.constant("x")));
        add(cases, "trace", c -> Linalg.trace(c.constant("x").mmul(c.constant("x"))));
        cases.add("matmul-inner-mismatch", c -> c.fails(() -> a(c).mmul(b(c))));
        cases.add("double-backward-matmul", c -> {
            List<Tensor> sources = List.of(a(c), b(c));
            try (GradientTape outer = GradientTape.open()) {
                outer.watch(sources);
                List<Tensor> first;
                try (GradientTape inner = GradientTape.open()) {
                    inner.watch(sources);
                    first = inner.gradient(a(c).mmul(b(c)).square().sum(), sources);
                }
                Tensor sum = first.get(0).sum().add(first.get(1).square().sum());
                c.checkAll(outer.gradient(sum, sources), "g");
            }
        });
    }

    private static void add(Cases cases, String id, Function<ConformanceCase, ? extends Operand> expression) {
        cases.add(id, WeightedSum.of(expression));
    }

    private static Tensor a(ConformanceCase c) {
        return c.constant("a");
    }

    private static Tensor b(ConformanceCase c) {
        return c.constant("b");
    }
}
