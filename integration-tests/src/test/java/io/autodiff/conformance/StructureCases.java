package io.autodiff.conformance;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Index;
import io.autodiff.Operand;
import io.autodiff.PadMode;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Area "structure" of the ops, the views of ND4J, and a second order through parts. */
final class StructureCases {
    private StructureCases() {}

    static void addTo(Cases cases) {
        shapes(cases);
        parts(cases);
        indices(cases);
        cases.add("view-aliasing", StructureCases::viewAliasing);
        cases.add("double-backward-slice-concat", c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape()) {
                Tensor g;
                try (GradientTape inner = c.watchingTape()) {
                    Tensor rolled = Tensors.concat(0, x.get(Index.from(1)), x.get(Index.to(1)));
                    // The figures of the file are those of (concat(..) * x)^2, however its expression binds.
                    g = inner.gradientOrThrow(rolled.mul(x).square().sum(), x);
                }
                c.check(g, "g");
                c.check(outer.gradient(g.square().sum(), x), "gg");
            }
        });
    }

    private static void ofX(Cases cases, String id, UnaryOperator<Tensor> expression) {
        add(cases, id, c -> expression.apply(c.constant("x")));
    }

    private static void add(Cases cases, String id, Function<ConformanceCase, ? extends Operand> expression) {
        cases.add(id, WeightedSum.of(expression));
    }

    private static void shapes(Cases cases) {
        ofX(cases, "reshape", x -> x.reshape(3, 2));
        ofX(cases, "transpose-2d", x -> x.transpose());
        ofX(cases, "permute-3d", x -> x.permute(2, 0, 1));
        ofX(cases, "expand-squeeze", x -> x.expandDims(1).mul(3).squeeze());
        ofX(cases, "broadcast-to", x -> x.broadcastTo(Shape.of(2, 3)));
        ofX(cases, "tile", x -> x.tile(2, 3));
        ofX(cases, "pad-constant", x -> x.pad(new long[][] {{1, 0}, {0, 2}}, 7));
        ofX(cases, "pad-reflect", x -> x.pad(new long[][] {{2, 1}}, PadMode.REFLECT));
        ofX(
                cases,
                "diag-and-diag-part",
                x -> x.diag()
                        .mul(Tensors.fill(DType.FLOAT64, Shape.of(3, 3), 2))
                        .diagPart());
        ofX(cases, "triu", x -> x.triu());
    }

    private static void parts(Cases cases) {
        add(cases, "concat-axis1", c -> Tensors.concat(1, c.constant("a"), c.constant("b")));
        add(cases, "stack-axis1", c -> Tensors.stack(1, c.constant("a"), c.constant("b")));
        ofX(cases, "split-use-one-part", x -> x.split(2, 1).get(0).square());
        ofX(cases, "unstack-recombine", x -> {
            List<Tensor> rows = x.unstack(0);
            return rows.get(0).mul(rows.get(1));
        });
        ofX(cases, "slice-strided", x -> x.get(Index.range(1, 3), Index.all().by(2)));
        ofX(cases, "slice-overlapping", x -> x.get(Index.range(0, 3)).mul(x.get(Index.range(1, 4))));
    }

    private static void indices(Cases cases) {
        ofX(cases, "gather-repeated-index", x -> x.gather(Tensors.of(new int[] {2, 0, 2, 2})));
        ofX(cases, "gather-nd", x -> Tensors.gatherNd(x, Tensors.of(new int[][] {{0, 1}, {1, 2}, {0, 1}})));
        add(
                cases,
                "scatter-nd-update",
                c -> Tensors.tensorScatterUpdate(c.constant("x"), Tensors.of(new int[][] {{3}, {1}}), c.constant("u")));
        ofX(
                cases,
                "segment-sum",
                x -> Tensors.segmentSum(x, Tensors.of(new int[] {0, 0, 1, 1})).square());
    }

    /** The row is a copy, whatever is done to that of which it is one: a variable, or an array that was copied in. */
    private static void viewAliasing(ConformanceCase c) {
        Variable x = Variable.of(c.constant("x"));
        GradientTape tape = c.tape();
        Tensor z;
        try (tape) {
            Tensor y = x.get(Index.at(0));
            z = y.mul(y);
        }
        x.assign(new double[2][2]);
        c.check(tape.gradient(z, x), "g");

        INDArray array = Nd4jTensors.toArray(c.constant("x"));
        Tensor copy = Nd4jTensors.copyOf(array);
        try (GradientTape second = c.tape()) {
            second.watch(copy);
            Tensor y = copy.get(Index.at(0)).evaluate();
            array.assign(0);
            Nd4jTensors.toArray(y).assign(0);
            c.check(second.gradient(y.mul(y), copy), "g");
        }
        c.expected("orError");
    }
}
