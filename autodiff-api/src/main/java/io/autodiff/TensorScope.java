package io.autodiff;

import io.autodiff.op.OpCall;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.Executor;
import io.autodiff.spi.Recorder;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Frees the memory of tensors at a known point: when a scope closes, every tensor that was made in it on this thread is
 * released, except those that were kept.
 *
 * <pre>{@code
 * Tensor mean;
 * try (TensorScope scope = TensorScope.open()) {
 *     Tensor large = Tensors.ones(DType.FLOAT32, 1000, 1000).mul(2);
 *     mean = scope.keep(large.mean());
 * }
 * mean.item();      // 2.0; using large now would be an IllegalStateException
 * }</pre>
 *
 * <p>The values of variables survive, too, and so does what a {@link GradientTape} holds that was opened before the scope and is
 * still recording. What a variable held before it was assigned in the scope is freed, unless it was in use when the scope was
 * opened. What survives belongs to the scope around this one, if there is one. Scopes and tapes are closed in the reverse of the
 * order in which they were opened. Inside a compiled function a scope does nothing: the plan of the function
 * frees what it computes.
 */
public final class TensorScope implements AutoCloseable {
    /** So many tensors, of so many bytes, are held until the scope closes at the latest: a weak reference for each costs more. */
    private static final int MOST_RECENT = 256;

    private static final long MOST_RECENT_BYTES = 1 << 20;

    private final Thread owner = Thread.currentThread();
    private final Recorder recorder = new ScopeRecorder();
    /** What was made last: so much of it as is no matter, should a loop have dropped it. */
    private final List<Tensor> recent = new ArrayList<>();

    private long recentBytes;
    /** What was made before: weak, so that a scope around a long loop does not keep what the loop has dropped. */
    private final List<WeakReference<Tensor>> earlier = new ArrayList<>(0);

    private int purgeAt = 1024;
    /** Made when they are first needed, as most scopes are short. */
    private Set<Variable> assigned = Set.of();

    /** For variables, values that nobody had used before the scope was opened. */
    private Map<Variable, Tensor> used = Map.of();

    private Set<Tensor> kept = Set.of();
    private boolean open = true;

    private TensorScope() {}

    /** {@return a new scope on this thread} */
    public static TensorScope open() {
        TensorScope scope = new TensorScope();
        Executor.push(scope.recorder);
        return scope;
    }

    /**
     * Lets a tensor survive the scope.
     *
     * @param tensor the tensor; its value is computed when the scope closes, if not before
     * @return the same tensor
     * @throws IllegalStateException if the scope is closed
     */
    public Tensor keep(Tensor tensor) {
        Objects.requireNonNull(tensor, "tensor");
        if (!open) {
            throw new IllegalStateException("keep: this scope is closed");
        }
        kept = with(kept, tensor);
        return tensor;
    }

    /**
     * Lets tensors survive the scope.
     *
     * @param tensors as for {@link #keep(Tensor)}
     * @return the same list
     * @throws IllegalStateException if the scope is closed
     */
    public List<Tensor> keep(List<Tensor> tensors) {
        Objects.requireNonNull(tensors, "tensors").forEach(this::keep);
        return tensors;
    }

    /**
     * Computes what survives and releases the rest. Closing twice is closing once.
     *
     * @throws IllegalStateException if this is not the thread that opened the scope, or a scope or tape that was opened later
     *     is still open; in the latter case the scope is closed nonetheless
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("a scope is closed on the thread that opened it, " + owner.getName());
        }
        boolean innermost = Executor.remove(recorder);
        open = false;
        if (Trace.current() == null) {
            release();
        }
        if (!innermost) {
            throw new IllegalStateException(
                    "tapes and scopes close in the reverse of the order in which they were opened; this"
                            + " scope is closed, one opened after it is not");
        }
    }

    private void loosen() {
        if (earlier.size() >= purgeAt) {
            earlier.removeIf(reference -> reference.get() == null);
            purgeAt = Math.max(1024, 2 * earlier.size());
        }
        recent.forEach(tensor -> earlier.add(new WeakReference<>(tensor)));
        recent.clear();
        recentBytes = 0;
    }

    private void release() {
        Set<Tensor> surviving = kept;
        for (Variable variable : assigned) {
            surviving = with(surviving, variable.cell());
        }
        for (Recorder outer : Executor.recorders()) {
            for (Tensor held : outer.held()) {
                surviving = with(surviving, held);
            }
        }
        for (WeakReference<Tensor> reference : earlier) {
            Tensor tensor = reference.get();
            if (tensor != null) {
                recent.add(tensor);
            }
        }
        List<Tensor> handedOn = List.of();
        if (!surviving.isEmpty()) {
            handedOn = recent.stream().filter(surviving::contains).toList();
            recent.removeIf(surviving::contains);
        }
        AutodiffProvider.current().release(recent, handedOn);
        recent.clear();
        earlier.clear();
        for (Variable variable : assigned) {
            // All calls that have had it for an input were made here.
            Tensor former = used.get(variable);
            if (former != null && variable.isDoneWith(former) && !surviving.contains(former)) {
                AutodiffProvider.current().giveUp(former, true);
            }
            if (variable.isUsed() && contains(handedOn, variable.cell())) {
                variable.release();
            }
        }
    }

    private static boolean contains(List<Tensor> tensors, Tensor wanted) {
        for (Tensor tensor : tensors) {
            if (tensor == wanted) {
                return true;
            }
        }
        return false;
    }

    /** A set of objects, each told from all others, with one more; the same set, unless it is the first. */
    private static <E> Set<E> with(Set<E> set, E element) {
        Set<E> with = set.isEmpty() ? Collections.newSetFromMap(new IdentityHashMap<>(4)) : set;
        with.add(element);
        return with;
    }

    /** Hears what happens on the thread; apart from the scope so that these methods are not part of its face. */
    private final class ScopeRecorder implements Recorder {
        @Override
        public void created(Tensor leaf) {
            recent.add(leaf);
            recentBytes += leaf.spec().bytes();
            if (recent.size() == MOST_RECENT || recentBytes > MOST_RECENT_BYTES) {
                loosen();
            }
        }

        @Override
        public void applied(OpCall<Tensor> call) {
            for (int i = 0; i < call.outputCount(); i++) {
                created(call.output(i));
            }
        }

        @Override
        public void used(Variable variable, Tensor value) {
            if (used.isEmpty()) {
                used = new HashMap<>(4);
            }
            used.putIfAbsent(variable, value);
        }

        @Override
        public void assigned(Variable variable) {
            assigned = with(assigned, variable);
        }
    }
}
