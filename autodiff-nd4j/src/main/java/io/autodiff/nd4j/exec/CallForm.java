package io.autodiff.nd4j.exec;

import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression.Apply;
import io.autodiff.op.ScalarExpression.Input;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What calls have in common that differ in nothing but their tensors; mostly the same object for all of them. */
final class CallForm {
    /** What it computes, if it is on scalars only; else one without outputs. */
    final ScalarProgram program;

    /** Whether the second input is one exponent for all elements: kernels are other ones where they know it. */
    final boolean hasExponent;

    private final Op op;
    private final Attributes attributes;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final int hash;

    private CallForm(OpCall<TensorSpec> call) {
        program = ScalarCompiler.compile(call);
        op = call.op();
        attributes = call.attributes();
        inputs = call.inputSpecs();
        outputs = call.outputSpecs();
        hasExponent = op.elementwise() instanceof Apply apply
                && apply.function() == ScalarFunction.POW
                && apply.arguments().equals(List.of(new Input(0), new Input(1)))
                && ScalarProgram.isScalar(call.inputSpec(1));
        hash = 31 * (31 * (31 * op.hashCode() + attributes.hashCode()) + inputs.hashCode()) + outputs.hashCode();
    }

    static CallForm of(OpCall<?> call) {
        return call.prepared(CallForm.class, CallForm::new);
    }

    /** Ops are told apart as objects: a name may be overridden. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof CallForm form
                        && hash == form.hash
                        && op.equals(form.op)
                        && attributes.equals(form.attributes)
                        && inputs.equals(form.inputs)
                        && outputs.equals(form.outputs));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
