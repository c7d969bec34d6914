package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plans of eager code, by signature; of all threads, and no more than {@value #MOST}, of which the longest unused goes first. Plans of
 * a plugin's ops are the plugin's: its class loader can be unloaded.
 */
public final class PlanCache {
    static final int MOST = 256;

    private static final class Plans extends LinkedHashMap<Signature, Plan> {
        private static final long serialVersionUID = 1;

        Plans() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Signature, Plan> eldest) {
            return size() > MOST;
        }
    }

    /** Of ops that are there for as long as the engine is. Guards all other plans, too. */
    private static final Plans PLANS = new Plans();

    /** Of other ops, kept by the class of one of them. */
    private static final ClassValue<Plans> OF_PLUGINS = new ClassValue<>() {
        @Override
        protected Plans computeValue(Class<?> author) {
            Plans plans = new Plans();
            synchronized (PLANS) {
                ALL_OF_PLUGINS.add(new WeakReference<>(plans));
            }
            return plans;
        }
    };

    private static final List<WeakReference<Plans>> ALL_OF_PLUGINS = new ArrayList<>();

    private static long hits;

    private PlanCache() {}

    /** {@return how many plans there are} */
    public static int size() {
        synchronized (PLANS) {
            int size = PLANS.size();
            ALL_OF_PLUGINS.removeIf(plans -> plans.get() == null);
            for (WeakReference<Plans> reference : ALL_OF_PLUGINS) {
                Plans plans = reference.get();
                size += plans == null ? 0 : plans.size();
            }
            return size;
        }
    }

    /** {@return how often work met a plan that was there} */
    public static long hits() {
        synchronized (PLANS) {
            return hits;
        }
    }

    /**
     * Computes calls by a plan, and completes those of their outputs that are kept.
     *
     * @param calls pending, in the order in which they can run
     * @param roots what is asked for
     */
    static void run(List<Computation> calls, Collection<Node> roots) {
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).setPlace(i);
        }
        boolean[] kept = kept(calls, roots);
        List<Node> leaves = new ArrayList<>();
        Signature signature = Signature.of(calls, kept, leaves);
        List<Node> results = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                Computation computation = calls.get(i);
                for (int output = 0; output < computation.outputCount(); output++) {
                    results.add(computation.output(output));
                }
            }
        }
        Plans plans = plans(calls);
        Plan plan = find(plans, signature);
        if (plan == null) {
            plan = new PlanBuilder(leaves).build(calls, results);
            synchronized (PLANS) {
                plans.put(signature, plan);
            }
        }
        Value[] given = new Value[leaves.size()];
        for (int i = 0; i < given.length; i++) {
            given[i] = leaves.get(i).value();
        }
        Value[] computed = plan.run(given);
        for (int i = 0; i < computed.length; i++) {
            results.get(i).complete(computed[i]);
        }
    }

    /** Where the plan of some calls belongs: to the op of them that is unloaded first. */
    private static Plans plans(List<Computation> calls) {
        Class<?> first = PlanCache.class;
        for (Computation computation : calls) {
            Class<?> author = computation.call().op().author();
            if (author != null && author.getClassLoader() != first.getClassLoader()) {
                first = below(author, first);
            }
        }
        return first == PlanCache.class ? PLANS : OF_PLUGINS.get(first);
    }

    /** The class whose loader is below the other's. */
    private static Class<?> below(Class<?> author, Class<?> other) {
        for (ClassLoader loader = other.getClassLoader(); loader != null; loader = loader.getParent()) {
            if (loader == author.getClassLoader()) {
                return other;
            }
        }
        return author.getClassLoader() == null ? other : author;
    }

    private static @Nullable Plan find(Plans plans, Signature signature) {
        synchronized (PLANS) {
            Plan plan = plans.get(signature);
            hits += plan == null ? 0 : 1;
            return plan;
        }
    }

    /**
     * Which calls' results are kept: what is asked for; what variables hold; what costs more to compute again than to keep; and what an
     * evaluation met before and a new call uses. Without the last, a loop over a state that is never read would go back to its start
     * each time.
     */
    private static boolean[] kept(List<Computation> calls, Collection<Node> roots) {
        boolean[] kept = new boolean[calls.size()];
        for (Computation computation : calls) {
            for (int i = 0; i < computation.call().inputCount() && !computation.wasMet(); i++) {
                Computation input = computation.input(i).pending();
                if (input != null && input.wasMet()) {
                    kept[input.place()] = true;
                }
            }
        }
        for (Node root : roots) {
            Computation computation = root.pending();
            if (computation != null) {
                kept[computation.place()] = true;
            }
        }
        for (int i = 0; i < kept.length; i++) {
            Computation computation = calls.get(i);
            kept[i] |= Node.isAlias(computation.call()) || isCostly(computation.call());
            computation.meet();
        }
        return kept;
    }

    /** Neither element by element nor a repetition, such as a broadcast, nor the same elements under another shape. */
    private static boolean isCostly(OpCall<Tensor> call) {
        long read = 0;
        for (int i = 0; i < call.inputCount(); i++) {
            read += call.inputSpec(i).shape().elements();
        }
        return call.op().elementwise() == null
                && call.outputSpec().shape().elements() <= read
                && !FusibleCall.isReshape(call);
    }
}
