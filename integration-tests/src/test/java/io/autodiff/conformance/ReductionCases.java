package io.autodiff.conformance;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Sorting;
import io.autodiff.Tensor;
import java.util.function.UnaryOperator;

/** Area "reduction" of the ops, with the edges and second orders of reductions, and sorting. */
final class ReductionCases {
    private ReductionCases() {}

    static void addTo(Cases cases) {
        add(cases, "reduce-sum-all", x -> x.sum());
        add(cases, "reduce-sum-axis0", x -> x.sum(0));
        add(cases, "reduce-mean-axis-1-keepdims", x -> x.mean(true, -1));
        add(cases, "reduce-mean-two-axes", x -> x.mean(0, 2));
        add(cases, "reduce-max-axis", x -> x.max(1));
        add(cases, "reduce-max-ties-split", x -> x.max());
        add(cases, "reduce-prod-with-zero", x -> x.prod());
        add(cases, "reduce-prod-axis", x -> x.prod(0));
        add(cases, "reduce-std", x -> x.std(1));
        add(cases, "reduce-variance", x -> x.var());
        add(cases, "cumprod", x -> x.cumProd(0));
        add(cases, "norm1", x -> x.norm1());
        add(cases, "norm2-axis", x -> x.norm2(1));
        add(cases, "norm2-at-zero", x -> x.norm2());
        add(cases, "std-at-constant", x -> x.std());
        add(cases, "logsumexp-large", x -> x.logSumExp());
        add(cases, "logsumexp-axis", x -> x.logSumExp(1));
        add(cases, "sort-ascending", x -> x.sort());
        add(cases, "top-k", x -> Sorting.topK(x, 2).values());

        cases.add("argmax-none", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(x.argMax().castTo(DType.FLOAT64), x), "g");
            }
        });
        cases.add("sum-of-empty", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor sum = x.sum();
                c.check(sum, "value");
                c.check(tape.gradient(sum, x), "g");
            }
        });
        twice(cases, "double-backward-logsumexp", x -> x.logSumExp(1).square());
    }

    private static void add(Cases cases, String id, UnaryOperator<Tensor> expression) {
        cases.add(id, WeightedSum.of(c -> expression.apply(c.constant("x"))));
    }

    /** A case of the gradient g of an expression's sum, and of the gradient of the sum of g squared. */
    private static void twice(Cases cases, String id, UnaryOperator<Tensor> expression) {
        cases.add(id, c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape()) {
                Tensor g;
                try (GradientTape inner = c.watchingTape()) {
                    g = inner.gradientOrThrow(expression.apply(x).sum(), x);
                }
                c.check(g, "g");
                c.check(outer.gradient(g.square().sum(), x), "gg");
            }
        });
    }
}
