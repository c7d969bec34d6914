package io.autodiff.nd4j;

import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.MemoryPool;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.exec.Execution;
import io.autodiff.nd4j.exec.PlanBuilder;
import io.autodiff.nd4j.exec.PlanCache;
import io.autodiff.nd4j.graph.Evaluator;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Release;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.CompiledGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The engine that keeps values in INDArrays, on the backend that the class path has: CPU or CUDA. It is found by {@link
 * java.util.ServiceLoader}; nobody need name it.
 *
 * <pre>{@code
 * AutodiffProvider.current().name();      // nd4j
 * }</pre>
 */
public final class Nd4jProvider implements AutodiffProvider {
    /** Of scalars, one for each dtype. */
    private static final Map<DType, TensorSpec> SCALARS = new EnumMap<>(Arrays.stream(DType.values())
            .collect(Collectors.toMap(Function.identity(), dtype -> new TensorSpec(dtype, Shape.SCALAR))));

    /** For {@link java.util.ServiceLoader}. */
    public Nd4jProvider() {}

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public boolean owns(Tensor tensor) {
        return tensor instanceof Node;
    }

    @Override
    public Tensor scalar(DType dtype, Number value) {
        TensorSpec spec = Objects.requireNonNull(SCALARS.get(dtype));
        Execution execution = Execution.current();
        return switch (dtype) {
            case FLOAT64 -> Node.ofFloating(spec, value.doubleValue(), execution);
            case FLOAT32 -> Node.ofFloating(spec, value.floatValue(), execution);
            case INT32, INT64, BOOL -> Node.ofInteger(spec, value.longValue(), execution);
            // Java cannot round to these.
            case FLOAT16, BFLOAT16 -> leaf(spec, Value.ofElements(spec, new float[] {value.floatValue()}));
        };
    }

    @Override
    public Tensor constant(TensorSpec spec, Object elements) {
        return leaf(spec, Value.ofElements(spec, elements));
    }

    @Override
    public @Nullable Tensor copyOf(Object array) {
        return array instanceof INDArray source ? copy(source) : null;
    }

    /** A copy of an INDArray, that the engine owns. */
    static Tensor copy(INDArray source) {
        TensorSpec spec = NdArrays.spec(source);
        return leaf(spec, Value.copyOf(spec, source));
    }

    /** An INDArray itself, that stays its maker's. */
    static Tensor wrap(INDArray source) {
        TensorSpec spec = NdArrays.spec(source);
        return leaf(spec, Value.ofWrapped(spec, source));
    }

    private static Tensor leaf(TensorSpec spec, Value value) {
        return Node.leaf(spec, value, Execution.current());
    }

    @Override
    public Tensor alias(Tensor tensor) {
        return Node.alias(Node.of(tensor), Execution.current());
    }

    @Override
    public Tensor apply(OpCall<Tensor> call) {
        requireNodes(call);
        return Execution.of(call).apply(call);
    }

    @Override
    public List<Tensor> applyAll(OpCall<Tensor> call) {
        requireNodes(call);
        return List.copyOf(Execution.of(call).applyAll(call));
    }

    private static void requireNodes(OpCall<Tensor> call) {
        for (int i = 0; i < call.inputCount(); i++) {
            Node.of(call.input(i));
        }
    }

    @Override
    public Tensor placeholder(TensorSpec spec) {
        return Node.placeholder(spec, Execution.current());
    }

    @Override
    public CompiledGraph compile(List<Tensor> placeholders, List<Tensor> outputs) {
        return new PlanBuilder(nodes(placeholders)).build(nodes(outputs));
    }

    private static List<Node> nodes(Collection<? extends Tensor> tensors) {
        if (tensors.isEmpty()) {
            return List.of();
        }
        List<Node> nodes = new ArrayList<>(tensors.size());
        for (Tensor tensor : tensors) {
            nodes.add(Node.of(tensor));
        }
        return nodes;
    }

    @Override
    public void evaluate(Collection<? extends Tensor> roots) {
        List<Node> nodes = nodes(roots);
        if (!areComputed(nodes)) {
            compute(nodes);
        }
    }

    private static boolean areComputed(List<Node> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            if (!nodes.get(i).isComputed()) {
                return false;
            }
        }
        return true;
    }

    private static void compute(List<Node> roots) {
        Evaluator first = roots.get(0).evaluator();
        boolean one = true;
        for (int i = 1; i < roots.size(); i++) {
            one &= roots.get(i).evaluator() == first;
        }
        if (one) {
            first.evaluate(roots);
        } else {
            IdentityHashMap<Evaluator, List<Node>> byThread = new IdentityHashMap<>();
            for (Node root : roots) {
                byThread.computeIfAbsent(root.evaluator(), e -> new ArrayList<>())
                        .add(root);
            }
            byThread.forEach(Evaluator::evaluate);
        }
        roots.forEach(Node::value);
    }

    @Override
    public void release(Collection<? extends Tensor> released, Collection<? extends Tensor> surviving) {
        List<Node> gone = nodes(released);
        List<Node> staying = nodes(surviving);
        Execution execution = Execution.current();
        if (!areComputed(staying)) {
            execution.forget(gone);
            compute(staying);
        }
        Release.release(gone, staying);
        execution.forgetReleased(gone.size() + staying.size());
    }

    @Override
    public void giveUp(Tensor former, boolean isDone) {
        Node node = Node.of(former);
        if (isDone || !node.isAwaited()) {
            node.giveUp();
        }
    }

    @Override
    public Devices.Statistics statistics() {
        return new Devices.Statistics(
                MemoryPool.liveBytes(),
                MemoryPool.pooledBytes(),
                Execution.current().pendingBytes(),
                PlanCache.size(),
                PlanCache.hits());
    }

    @Override
    public String gpuName() {
        // A CPU backend tells of no CUDA devices.
        Object devices =
                Nd4j.getExecutioner().getEnvironmentInformation().get(Nd4jEnvironment.CUDA_DEVICE_INFORMATION_KEY);
        return devices instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map<?, ?> first
                ? String.valueOf(first.get(Nd4jEnvironment.CUDA_DEVICE_NAME_KEY))
                : "";
    }
}
