package io.autodiff.conformance;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.nn.ConvOptions;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Losses.Reduction;
import io.autodiff.nn.Nn;
import io.autodiff.nn.PoolOptions;
import java.util.List;
import java.util.function.Function;

/** Area "nn" of the ops, with its edges and its second order. */
final class NnCases {
    private NnCases() {}

    static void addTo(Cases cases) {
        activations(cases);
        losses(cases);
        layers(cases);
        cases.add("double-backward-softmax", c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape()) {
                Tensor g;
                try (GradientTape inner = c.watchingTape()) {
                    g = inner.gradientOrThrow(x.softmax().square().sum(), x);
                }
                c.check(g, "g");
                c.check(outer.gradient(g.square().sum(), x), "gg");
            }
        });
        cases.add("mlp-2-layer-vs-reference", c -> {
            List<String> names = List.of("W1", "b1", "W2", "b2");
            List<Variable> v = names.stream().map(c::variable).toList();
            try (GradientTape tape = GradientTape.open()) {
                Tensor h = c.constant("X").mmul(v.get(0)).add(v.get(1)).tanh();
                Tensor logits = h.mmul(v.get(2)).add(v.get(3));
                Tensor loss = Losses.sparseSoftmaxCrossEntropy(c.plain(DType.INT32, "labels"), logits);
                c.check(loss, "L");
                List<Tensor> gradients = tape.gradient(loss, v);
                for (int i = 0; i < names.size(); i++) {
                    c.check(gradients.get(i), names.get(i));
                }
            }
        });
    }

    private static void activations(Cases cases) {
        ofX(cases, "softmax", x -> x.softmax(-1));
        ofX(cases, "softmax-axis0", x -> x.softmax(0));
        ofX(cases, "log-softmax", x -> x.logSoftmax());
        ofX(cases, "relu-at-zero", Operand::relu);
        ofX(cases, "relu6-at-kinks", Nn::relu6);
        ofX(cases, "leaky-relu-at-zero", x -> Nn.leakyRelu(x, 0.25));
        ofX(cases, "elu-gelu-selu", x -> Nn.elu(x).add(Nn.selu(x)).add(Nn.geluTanh(x)));
        ofX(cases, "gelu-exact", Nn::gelu);
        ofX(
                cases,
                "swish-softsign-hardtanh",
                x -> Nn.swish(x).add(Nn.softsign(x)).add(Nn.hardTanh(x)));
    }

    private static void losses(Cases cases) {
        add(
                cases,
                "softmax-xent-soft-labels",
                c -> Losses.softmaxCrossEntropy(labels(c, DType.FLOAT64), c.constant("x"), Reduction.NONE));
        add(
                cases,
                "sparse-softmax-xent",
                c -> Losses.sparseSoftmaxCrossEntropy(labels(c, DType.INT32), c.constant("x"), Reduction.NONE));
        add(
                cases,
                "sigmoid-xent-extreme",
                c -> Losses.sigmoidCrossEntropy(labels(c, DType.FLOAT64), c.constant("x"), Reduction.NONE));
        add(cases, "mse-mae-huber", c -> {
            Tensor t = c.plain(DType.FLOAT64, "consts", "t");
            Tensor p = c.constant("p");
            return Losses.mse(t, p).add(Losses.mae(t, p)).add(Losses.huber(t, p));
        });
    }

    private static void layers(Cases cases) {
        add(cases, "conv2d-valid-nhwc", c -> Nn.conv2d(c.constant("x"), c.constant("k"), ConvOptions.valid()));
        add(cases, "conv2d-multichannel-same", c -> Nn.conv2d(c.constant("x"), c.constant("k"), ConvOptions.same()));
        ofX(cases, "maxpool-2x2", x -> Nn.maxPool2d(x, PoolOptions.window(2)));
        add(
                cases,
                "batchnorm-training",
                c -> Nn.batchNormTraining(c.constant("x"), c.constant("gamma"), c.constant("beta"), 1e-3, -1)
                        .output());
        ofX(cases, "l2-normalize", x -> Nn.l2Normalize(x, 1));
    }

    private static Tensor labels(ConformanceCase c, DType dtype) {
        return c.plain(dtype, "consts", "labels");
    }

    private static void ofX(Cases cases, String id, Function<Operand, Tensor> expression) {
        add(cases, id, c -> expression.apply(c.constant("x")));
    }

    private static void add(Cases cases, String id, Function<ConformanceCase, ? extends Operand> expression) {
        cases.add(id, WeightedSum.of(expression));
    }
}
