package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins elementwise calls, reductions of what they compute, and calls that read those row by row, to kernels. Calls become one if they
 * have their places in one {@link LoopSpace}, one of them reads what the other gives or both read the same, and no call between them
 * depends on the one and is needed by the other. Without a compiler of kernels, nothing is joined.
 */
final class Fusion {
    /** More calls make a kernel slow to compile, and short of registers. */
    private static final int MOST_CALLS = 64;
    /** A call alone is worth a kernel from so many elements on. */
    private static final long ALONE = 4096;
    /** The same where the op has no kernel but what is here: scalars are done sooner in Java. */
    private static final long ALONE_BUILT_IN = 2;
    /** From so many elements computed on, a kernel is compiled before the first run, whether there will be a second or not. */
    private static final long AT_ONCE = 4_000_000;
    /** How many of the steps that read the same are tried. */
    private static final int MOST_READERS = 16;
    /** How many units are looked at for a path before two are taken to depend on each other. */
    private static final int MOST_VISITS = 2000;

    /** Steps that become one; at first each step for itself. */
    private static final class Unit {
        final List<Integer> members = new ArrayList<>();
        /** Steps that its members read from, members among them. */
        final Set<Integer> sources = new LinkedHashSet<>();
        /** Where its members have their places; null if it is a call for which there is no kernel. */
        @Nullable
        LoopSpace space;
        /** The last search that came by. */
        private int seen;

        int first() {
            return members.get(0);
        }

        /** Whether a search comes by for the first time. */
        boolean isNew(int search) {
            boolean isNew = seen != search;
            seen = search;
            return isNew;
        }

        int last() {
            return members.get(members.size() - 1);
        }
    }

    private final Draft draft;
    private final List<Plan.Step> steps;
    private final KernelCompiler compiler;
    private final UniformConstants constants;
    private final @Nullable FusibleCall[] calls;
    private final Unit[] units;
    /** For each slot the step that fills it, or -1. */
    private final int[] producers;
    /** The slots of the results. */
    private final Set<Integer> kept = new HashSet<>();
    /** How often paths were looked for. */
    private int searches;

    /** For each slot the steps so far that read it. */
    private final List<List<Integer>> readers = new ArrayList<>();

    private Fusion(Draft draft, KernelCompiler compiler) {
        int slots = draft.slotCount();
        this.draft = draft;
        this.steps = draft.steps;
        this.constants = new UniformConstants(draft.initial);
        this.compiler = compiler;
        this.calls = new FusibleCall[steps.size()];
        this.units = new Unit[steps.size()];
        this.producers = new int[slots];
        Arrays.fill(producers, -1);
        for (int slot = 0; slot < slots; slot++) {
            readers.add(new ArrayList<>());
        }
    }

    /** Gives a draft kernels. */
    static void fuse(Draft draft) {
        boolean worth = draft.steps.stream().anyMatch(step -> step instanceof Plan.Call call && isArray(call.call));
        KernelCompiler compiler = worth ? draft.kernels.get() : null;
        if (compiler != null) {
            draft.steps = new Fusion(draft, compiler).run();
        }
    }

    /** Whether a call is on more than scalars, which other programs are for, and could be elementwise. */
    private static boolean isArray(OpCall<TensorSpec> call) {
        return !ScalarProgram.takes(call);
    }

    private List<Plan.Step> run() {
        for (int i = 0; i < steps.size(); i++) {
            place(i);
        }
        Arrays.stream(draft.results).forEach(kept::add);
        // Each once, though one that gives only another shape may be needed before its own turn.
        Set<Plan.Step> written = new LinkedHashSet<>();
        ordered().forEach(unit -> write(unit, written));
        List<Plan.Step> left = withoutUnread(List.copyOf(written));
        constants.letGo(left, kept);
        return left;
    }

    /** Makes a unit of a step, and joins it to what fits. */
    private void place(int i) {
        Plan.Step step = steps.get(i);
        Unit unit = new Unit();
        unit.members.add(i);
        units[i] = unit;
        FusibleCall fusible =
                step instanceof Plan.Call call && isArray(call.call) ? FusibleCall.of(call.call, compiler) : null;
        // A kernel reads what is before a reshape.
        int[] inputs = fusible == null
                ? step.inputs
                : Arrays.stream(step.inputs).map(this::beforeReshapes).toArray();
        for (int slot : inputs) {
            if (producers[slot] >= 0) {
                unit.sources.add(producers[slot]);
            }
        }
        for (int slot : step.outputs) {
            producers[slot] = i;
        }
        if (fusible != null) {
            calls[i] = fusible;
            unit.space = LoopSpace.of(fusible);
            candidates(inputs).forEach(candidate -> join(units[candidate], units[i]));
        }
        for (int slot : step.inputs) {
            readers.get(slot).add(i);
        }
        for (int slot : inputs) {
            if (Arrays.stream(step.inputs).noneMatch(own -> own == slot)) {
                readers.get(slot).add(i);
            }
        }
    }

    /** The steps that fill some slots, then some of those that read them. */
    private Set<Integer> candidates(int[] inputs) {
        Set<Integer> candidates = new LinkedHashSet<>();
        for (int slot : inputs) {
            if (producers[slot] >= 0) {
                candidates.add(producers[slot]);
            }
        }
        for (int slot : inputs) {
            List<Integer> others = readers.get(slot);
            candidates.addAll(others.subList(Math.max(0, others.size() - MOST_READERS), others.size()));
        }
        return candidates;
    }

    private void join(Unit a, Unit b) {
        if (a == b || a.space == null || b.space == null || a.members.size() + b.members.size() > MOST_CALLS) {
            return;
        }
        LoopSpace space = a.space.with(b.space);
        if (space == null) {
            return;
        }
        List<Integer> members = new ArrayList<>(a.members);
        members.addAll(b.members);
        members.sort(Comparator.naturalOrder());
        RowPasses passes = new RowPasses(space);
        if (!members.stream().allMatch(member -> passes.add(member, calls(member), sources(member)))
                || !passes.areWorthIt()
                || dependsThroughOthers(a, b)
                || dependsThroughOthers(b, a)) {
            return;
        }
        Unit joined = a.first() < b.first() ? a : b;
        Unit gone = joined == a ? b : a;
        joined.space = space;
        joined.members.clear();
        joined.members.addAll(members);
        joined.sources.addAll(gone.sources);
        gone.members.forEach(member -> units[member] = joined);
    }

    /** For each input of a call the step that gives what a kernel reads, or -1. */
    private int[] sources(int step) {
        return Arrays.stream(steps.get(step).inputs)
                .map(slot -> producers[beforeReshapes(slot)])
                .toArray();
    }

    /** The units that a unit reads from. */
    private Set<Unit> before(Unit unit) {
        Set<Unit> before = new LinkedHashSet<>();
        unit.sources.forEach(step -> before.add(units[step]));
        before.remove(unit);
        return before;
    }

    /**
     * Whether there is a path from a unit to another with a third one on it. The steps' numbers say nothing here: a path may enter a
     * unit at a late member and leave it from an early one.
     */
    private boolean dependsThroughOthers(Unit from, Unit to) {
        searches++;
        to.isNew(searches);
        int visits = 0;
        List<Unit> open = new ArrayList<>();
        for (int source : to.sources) {
            if (units[source] != from && units[source].isNew(searches)) {
                open.add(units[source]);
            }
        }
        while (!open.isEmpty()) {
            if (++visits > MOST_VISITS) {
                return true;
            }
            for (int source : open.remove(open.size() - 1).sources) {
                Unit unit = units[source];
                if (unit == from) {
                    return true;
                }
                if (unit.isNew(searches)) {
                    open.add(unit);
                }
            }
        }
        return false;
    }

    /** The units, each after those that it reads from, and else as late as its last member was. */
    private List<Unit> ordered() {
        Set<Unit> all = new LinkedHashSet<>(Arrays.asList(units));
        PriorityQueue<Unit> ready = new PriorityQueue<>(Comparator.comparingInt(Unit::last));
        Map<Unit, Integer> missing = new HashMap<>();
        Map<Unit, List<Unit>> after = new HashMap<>();
        for (Unit unit : all) {
            Set<Unit> before = before(unit);
            missing.put(unit, before.size());
            before.forEach(b -> after.computeIfAbsent(b, u -> new ArrayList<>()).add(unit));
            if (before.isEmpty()) {
                ready.add(unit);
            }
        }
        List<Unit> ordered = new ArrayList<>();
        while (!ready.isEmpty()) {
            Unit unit = ready.remove();
            ordered.add(unit);
            for (Unit next : after.getOrDefault(unit, List.of())) {
                if (missing.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        if (ordered.size() != all.size()) {
            throw new IllegalStateException("the fused calls of a plan depend on each other in a circle");
        }
        return ordered;
    }

    private void write(Unit unit, Set<Plan.Step> written) {
        if (isWorthAKernel(unit)) {
            try {
                written.add(fused(unit));
                return;
            } catch (IllegalStateException | IllegalArgumentException e) {
                LazyLoop.tell(compiler, e);
            }
        }
        for (int member : unit.members) {
            Set<Plan.Call> reshapes = new LinkedHashSet<>();
            Arrays.stream(steps.get(member).inputs).forEach(slot -> beforeReshapes(slot, reshapes));
            written.addAll(reshapes);
            written.add(steps.get(member));
        }
    }

    private boolean isWorthAKernel(Unit unit) {
        LoopSpace space = unit.space;
        return space != null
                && unit.members.stream().anyMatch(member -> calls(member).computes())
                && (unit.members.size() > 1
                        || space.hasRows()
                        || space.shape().elements()
                                >= (calls(unit.members.get(0)).hasForeignKernel() ? ALONE : ALONE_BUILT_IN));
    }

    private FusedStep fused(Unit unit) {
        LoopSpace space = Objects.requireNonNull(unit.space);
        LoopWriter writer = new LoopWriter(space);
        // With the reshapes that the kernel looks through, for whoever runs them one by one.
        Set<Plan.Call> calls = new LinkedHashSet<>();
        for (int member : unit.members) {
            Plan.Call call = (Plan.Call) steps.get(member);
            int[] slots = Arrays.stream(call.inputs)
                    .map(slot -> constants.scalar(beforeReshapes(slot, calls)))
                    .toArray();
            writer.add(calls(member), slots, constants, call.outputs[0]);
            calls.add(call);
        }
        List<Integer> outputs = new ArrayList<>();
        List<TensorSpec> specs = new ArrayList<>();
        for (int member : unit.members) {
            Plan.Call call = (Plan.Call) steps.get(member);
            int slot = call.outputs[0];
            if (isSeenOutside(slot, unit)) {
                outputs.add(slot);
                specs.add(call.call.outputSpec());
                writer.store(slot);
            }
        }
        int[] read = writer.inputSlots();
        int[] inputs = Arrays.stream(read).distinct().toArray();
        int[] sources = Arrays.stream(read)
                .map(slot -> Arrays.stream(inputs).boxed().toList().indexOf(slot))
                .toArray();
        boolean atOnce = draft.kernelsAtOnce || space.shape().elements() * unit.members.size() >= AT_ONCE;
        return new FusedStep(
                new LazyLoop(writer.program(), compiler, atOnce),
                sources,
                inputs,
                outputs.stream().mapToInt(slot -> slot).toArray(),
                specs.toArray(new TensorSpec[0]),
                List.copyOf(calls));
    }

    private FusibleCall calls(int member) {
        return Objects.requireNonNull(calls[member]);
    }

    /** Where the same elements are in the same order: a kernel reads them under any shape. */
    private int beforeReshapes(int slot) {
        int before = slot;
        for (Plan.Call call = reshape(before); call != null; call = reshape(before)) {
            before = call.inputs[0];
        }
        return before;
    }

    /** The same, and the reshapes on the way, from the first to the last. */
    private int beforeReshapes(int slot, Set<Plan.Call> reshapes) {
        Plan.Call call = reshape(slot);
        if (call == null) {
            return slot;
        }
        int before = beforeReshapes(call.inputs[0], reshapes);
        reshapes.add(call);
        return before;
    }

    /** The reshape that fills a slot, or null. */
    private Plan.@Nullable Call reshape(int slot) {
        return producers[slot] >= 0
                        && steps.get(producers[slot]) instanceof Plan.Call call
                        && FusibleCall.isReshape(call.call)
                ? call
                : null;
    }

    /** Whether a slot is a result, or read by another unit than one, be it under another shape. */
    private boolean isSeenOutside(int slot, Unit unit) {
        return kept.contains(slot) || readers.get(slot).stream().anyMatch(reader -> readsFromOutside(reader, unit));
    }

    private boolean readsFromOutside(int reader, Unit unit) {
        int output = steps.get(reader).outputs[0];
        return reshape(output) == null ? units[reader] != unit : isSeenOutside(output, unit);
    }

    /** Leaves out reshapes that kernels look through. */
    private List<Plan.Step> withoutUnread(List<Plan.Step> steps) {
        Set<Integer> read = new HashSet<>(kept);
        List<Plan.Step> left = new ArrayList<>();
        for (int i = steps.size() - 1; i >= 0; i--) {
            Plan.Step step = steps.get(i);
            boolean unread = step instanceof Plan.Call call
                    && FusibleCall.isReshape(call.call)
                    && !read.contains(call.outputs[0]);
            if (!unread) {
                Arrays.stream(step.inputs).forEach(read::add);
                left.add(step);
            }
        }
        Collections.reverse(left);
        return left;
    }
}
