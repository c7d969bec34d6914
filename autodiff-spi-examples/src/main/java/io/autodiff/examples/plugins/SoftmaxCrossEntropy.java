package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A fused op over one custom op of ND4J, with a residual: the cross-entropy of softmax(logits) and labels, a loss for each example. One
 * native call gives the losses and, beside them, what the gradient needs. That is the second output, a residual: a gradient that reached it
 * would have to be dropped, so it is an error. The gradient of the loss therefore hands it to a second op, which has its value for
 * nothing and says how it depends on logits and labels; so gradients of every order are right.
 *
 * <pre>{@code
 * Tensor losses = SoftmaxCrossEntropy.of(logits, labels);          // [batch]
 * }</pre>
 */
public final class SoftmaxCrossEntropy implements OpProvider {
    private static final Op CROSS_ENTROPY = Op.named("fused_softmax_cross_entropy")
            .inputs("logits", "labels")
            .outputs("loss", "excess")
            .residuals("excess")
            .shapes(SoftmaxCrossEntropy::specs)
            .kernels(INDArray.class, SoftmaxCrossEntropy::losses)
            .gradients(SoftmaxCrossEntropy::gradients);

    /** softmax(logits) - labels, or what comes of it where labels do not add up to 1; its value is known. */
    private static final Op EXCESS = Op.named("softmax_excess")
            .inputs("logits", "labels", "known")
            .shape(Shapes.floating("known"))
            .kernel(INDArray.class, c -> c.input("known"))
            .gradient("logits", SoftmaxCrossEntropy::excessByLogits)
            .gradient("labels", SoftmaxCrossEntropy::excessByLabels)
            .notDifferentiable("known");

    /** For {@link java.util.ServiceLoader}. */
    public SoftmaxCrossEntropy() {}

    /**
     * The loss of each example.
     *
     * @param logits floating, [batch, classes]
     * @param labels of the same dtype and shape: of each example, the probabilities of its classes
     * @return -sum(labels * log(softmax(logits))) over the classes, [batch]
     * @throws IllegalArgumentException if dtypes or shapes do not fit
     */
    public static Tensor of(Operand logits, Operand labels) {
        return Executor.execute(CROSS_ENTROPY, Attributes.NONE, List.of(logits, labels))
                .get(0);
    }

    private static List<TensorSpec> specs(OpCall<TensorSpec> call) {
        TensorSpec logits = Shapes.require(call, "logits", DType::isFloating, "a floating dtype");
        if (logits.shape().rank() != 2 || !call.input("labels").equals(logits)) {
            throw call.error("needs logits and labels of one dtype and of one shape, [batch, classes]");
        }
        return List.of(new TensorSpec(logits.dtype(), Shape.of(logits.shape().size(0))), logits);
    }

    /**
     * The native op gives three gradients of the sum of weights * losses: by the logits, the weights and the labels. Of weights 1, those
     * by the weights are the losses. (ND4J's op of the losses alone gives no gradients, and that for gradients of
     * {@code softmax_cross_entropy_loss_with_logits} adds 1e-6 to each label.)
     */
    private static List<INDArray> losses(OpCall<INDArray> call) {
        INDArray logits = call.input("logits");
        INDArray weights = Nd4j.ones(logits.dataType(), logits.size(0));
        INDArray byLogits = Nd4j.createUninitialized(logits.dataType(), logits.shape(), 'c');
        INDArray byWeights = Nd4j.createUninitialized(logits.dataType(), weights.shape(), 'c');
        INDArray byLabels = Nd4j.createUninitialized(logits.dataType(), logits.shape(), 'c');
        Nd4j.exec(DynamicCustomOp.builder("softmax_cross_entropy_loss_grad")
                .addInputs(logits, weights, call.input("labels"))
                .addOutputs(byLogits, byWeights, byLabels)
                .addIntegerArguments(0) // losses are not reduced
                .addFloatingPointArguments(0.0) // labels are not smoothed
                .build());
        return List.of(byWeights, byLogits);
    }

    private static List<@Nullable Tensor> gradients(OpCall<Tensor> call, List<Tensor> dys, boolean[] needed) {
        Tensor logits = call.input("logits");
        Tensor labels = call.input("labels");
        Tensor dy = dys.get(0).expandDims(1);
        return Arrays.asList(
                needed[0] ? EXCESS.apply(logits, labels, call.outputs().get(1)).mul(dy) : null,
                needed[1] ? logits.logSoftmax(1).mul(dy.neg()) : null);
    }

    /** By the quotient rule, of p = softmax(logits): sum(labels) * p * (dy - sum(p * dy)). */
    private static Tensor excessByLogits(OpCall<Tensor> call, Tensor dy) {
        Tensor p = call.input("logits").softmax(1);
        return p.mul(dy.sub(p.mul(dy).sum(true, 1))).mul(call.input("labels").sum(true, 1));
    }

    private static Tensor excessByLabels(OpCall<Tensor> call, Tensor dy) {
        return call.input("logits").softmax(1).mul(dy).sum(true, 1).sub(dy);
    }

    @Override
    public String name() {
        return "softmax-cross-entropy";
    }

    @Override
    public List<Op> ops() {
        return List.of(CROSS_ENTROPY, EXCESS);
    }
}
