package io.autodiff.op;

import java.util.List;
import java.util.Objects;

/** Asks a shape function, of a call whose form was checked, and checks what comes back. */
final class ShapeCheck {
    private ShapeCheck() {}

    static List<TensorSpec> infer(OpParts parts, OpCall<TensorSpec> call) {
        int given = call.inputCount();
        if (parts.variadic ? given == 0 : given != parts.inputs.size()) {
            throw call.error("takes " + (parts.variadic ? "at least one input" : "the inputs " + parts.inputs)
                    + ", got " + given);
        }
        String mismatch = call.attributes().mismatch(parts.attributes);
        if (mismatch != null) {
            throw call.error(mismatch);
        }
        List<TensorSpec> specs = inferred(parts, call);
        if (specs == null
                || specs.size() != parts.outputs.size()
                || specs.stream().anyMatch(Objects::isNull)) {
            throw call.wrong("the shape function", "it gave " + specs + " for the outputs " + parts.outputs);
        }
        return specs;
    }

    /** What the shape function says; of a refusal of its helpers, who know of no op, the message gets the op and its inputs. */
    private static List<TensorSpec> inferred(OpParts parts, OpCall<TensorSpec> call) {
        try {
            return Objects.requireNonNull(parts.shape, "shape").infer(call);
        } catch (InvalidOperandException e) {
            throw e;
        } catch (IllegalArgumentException | ArithmeticException e) {
            InvalidOperandException told = call.error(String.valueOf(e.getMessage()));
            told.initCause(e);
            throw told;
        } catch (RuntimeException | LinkageError e) {
            throw call.failure("the shape function", e);
        }
    }
}
