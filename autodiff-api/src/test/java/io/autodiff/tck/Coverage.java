package io.autodiff.tck;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Whether a table has the shapes at which ops go wrong first. Of an elementwise op the kit makes them of any sample. */
final class Coverage {
    static final Predicate<Shape> EMPTY = shape -> shape.elements() == 0;
    static final Predicate<Shape> UNIT_AXIS =
            shape -> LongStream.of(shape.toArray()).anyMatch(size -> size == 1);

    private final List<Op> ops;
    private final List<OpSample> samples;

    Coverage(List<Op> ops, List<OpSample> samples) {
        this.ops = ops;
        this.samples = samples;
    }

    /**
     * What is wrong with a table: the ops of which no sample has an input of such a shape and which are not said to have none, and those
     * that are said to have none, and have one. Of an op whose inputs are scalars, an output counts.
     *
     * @param excused why there is none, by an op's name
     */
    Set<String> problems(Predicate<Shape> wanted, Map<String, String> excused) {
        Set<String> problems = new TreeSet<>();
        for (Op op : ops) {
            List<OpSample> own = samples.stream()
                    .filter(sample -> sample.op().equals(op.name()))
                    .toList();
            boolean takesScalars = own.stream().flatMap(Coverage::inputs).allMatch(Shape::isScalar);
            boolean has = op.elementwise() != null
                    || own.stream()
                            .flatMap(sample -> takesScalars ? outputs(op, sample) : inputs(sample))
                            .anyMatch(wanted);
            if (has == excused.containsKey(op.name())) {
                problems.add(has ? op.name() + ", though there is said to be none" : op.name());
            }
        }
        return problems;
    }

    private static Stream<Shape> inputs(OpSample sample) {
        return sample.inputs().stream().map(Tensor::shape);
    }

    private static Stream<Shape> outputs(Op op, OpSample sample) {
        return op.infer(OpCompatibilityKit.specs(op, sample)).stream().map(TensorSpec::shape);
    }
}
