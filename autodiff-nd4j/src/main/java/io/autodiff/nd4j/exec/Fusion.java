package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.Accelerator;
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
 * Joins elementwise calls, and reductions of what they compute, to kernels that go over memory once. Calls become one if they go
 * over the same space, one of them reads what the other gives or both read the same, and no call between them depends on the
 * one and is needed by the other. Without a compiler of kernels, nothing is joined.
 */
final class Fusion {
    /** More calls make a kernel slow to compile, and short of registers. */
    private static final int MOST_CALLS = 64;
    /** A call alone is worth a kernel from so many elements on. */
    private static final long ALONE = Accelerator.patience(4096);
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
        /** The member that says the most about what fits: one that reduces, if there is one. */
        @Nullable
        FusibleCall kind;
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
        Set<Integer> kept = new HashSet<>();
        Arrays.stream(draft.results).forEach(kept::add);
        List<Plan.Step> written = new ArrayList<>();
        for (Unit unit : ordered()) {
            written.addAll(write(unit, kept));
        }
        List<Plan.Step> left = withoutUnread(written, kept);
        constants.letGo(left, kept);
        return left;
    }

    /** Makes a unit of a step, and joins it to what fits. */
    private void place(int i) {
        Plan.Step step = steps.get(i);
        Unit unit = new Unit();
        unit.members.add(i);
        units[i] = unit;
        for (int slot : step.inputs) {
            if (producers[slot] >= 0) {
                unit.sources.add(producers[slot]);
            }
        }
        for (int slot : step.outputs) {
            producers[slot] = i;
        }
        if (step instanceof Plan.Call call && isArray(call.call)) {
            calls[i] = FusibleCall.of(call.call, compiler);
            unit.kind = calls[i];
            candidates(step).forEach(candidate -> join(units[candidate], units[i]));
        }
        for (int slot : step.inputs) {
            readers.get(slot).add(i);
        }
    }

    /** The steps that one reads from, then some of those that read the same. */
    private Set<Integer> candidates(Plan.Step step) {
        Set<Integer> candidates = new LinkedHashSet<>();
        for (int slot : step.inputs) {
            if (producers[slot] >= 0) {
                candidates.add(producers[slot]);
            }
        }
        for (int slot : step.inputs) {
            List<Integer> others = readers.get(slot);
            candidates.addAll(others.subList(Math.max(0, others.size() - MOST_READERS), others.size()));
        }
        return candidates;
    }

    private void join(Unit a, Unit b) {
        FusibleCall kind = a.kind;
        FusibleCall other = b.kind;
        if (a == b
                || kind == null
                || other == null
                || !kind.fits(other)
                || a.members.size() + b.members.size() > MOST_CALLS
                || readsReduction(a, b)
                || readsReduction(b, a)
                || dependsThroughOthers(a, b)
                || dependsThroughOthers(b, a)) {
            return;
        }
        Unit joined = a.first() < b.first() ? a : b;
        Unit gone = joined == a ? b : a;
        joined.kind = kind.reduction() != null ? kind : other;
        joined.members.addAll(gone.members);
        joined.members.sort(Comparator.naturalOrder());
        joined.sources.addAll(gone.sources);
        gone.members.forEach(member -> units[member] = joined);
    }

    /** The units that a unit reads from. */
    private Set<Unit> before(Unit unit) {
        Set<Unit> before = new LinkedHashSet<>();
        unit.sources.forEach(step -> before.add(units[step]));
        before.remove(unit);
        return before;
    }

    /** Whether one unit needs the end of the other's loop. */
    private boolean readsReduction(Unit reader, Unit producer) {
        for (int member : producer.members) {
            FusibleCall call = calls[member];
            if (call != null && call.reduction() != null) {
                int slot = steps.get(member).outputs[0];
                for (int other : reader.members) {
                    if (Arrays.stream(steps.get(other).inputs).anyMatch(input -> input == slot)) {
                        return true;
                    }
                }
            }
        }
        return false;
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

    private List<Plan.Step> write(Unit unit, Set<Integer> kept) {
        if (isWorthAKernel(unit)) {
            try {
                return List.of(fused(unit, kept));
            } catch (IllegalStateException | IllegalArgumentException e) {
                LazyLoop.tell(compiler, e);
            }
        }
        return unit.members.stream().map(steps::get).toList();
    }

    private boolean isWorthAKernel(Unit unit) {
        FusibleCall kind = unit.kind;
        if (kind == null) {
            return false;
        }
        boolean computes = unit.members.stream().anyMatch(member -> {
            FusibleCall call = calls[member];
            return call != null && call.computes();
        });
        return computes && (unit.members.size() > 1 || kind.space().elements() >= ALONE);
    }

    private FusedStep fused(Unit unit, Set<Integer> kept) {
        FusibleCall kind = Objects.requireNonNull(unit.kind);
        LoopWriter writer = new LoopWriter(kind.space(), kind.reduced());
        // With the reshapes that the kernel looks through, for whoever runs them one by one.
        Set<Plan.Call> calls = new LinkedHashSet<>();
        Set<Integer> filled = new LinkedHashSet<>();
        for (int member : unit.members) {
            Plan.Call call = (Plan.Call) steps.get(member);
            int[] slots = Arrays.stream(call.inputs)
                    .map(slot -> filled.contains(slot) ? slot : constants.scalar(beforeReshapes(slot, calls)))
                    .toArray();
            writer.add(calls(member), slots, constants, call.outputs[0]);
            filled.add(call.outputs[0]);
            calls.add(call);
        }
        List<Integer> outputs = new ArrayList<>();
        List<TensorSpec> specs = new ArrayList<>();
        for (int member : unit.members) {
            Plan.Call call = (Plan.Call) steps.get(member);
            int slot = call.outputs[0];
            if (kept.contains(slot) || isReadOutside(slot, unit)) {
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
        boolean atOnce = draft.kernelsAtOnce || kind.space().elements() * unit.members.size() >= AT_ONCE;
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
    private int beforeReshapes(int slot, Set<Plan.Call> reshapes) {
        if (producers[slot] >= 0
                && steps.get(producers[slot]) instanceof Plan.Call call
                && FusibleCall.isReshape(call.call)) {
            int before = beforeReshapes(call.inputs[0], reshapes);
            reshapes.add(call);
            return before;
        }
        return slot;
    }

    private boolean isReadOutside(int slot, Unit unit) {
        return readers.get(slot).stream().anyMatch(reader -> units[reader] != unit);
    }

    /** Leaves out reshapes that kernels look through. */
    private static List<Plan.Step> withoutUnread(List<Plan.Step> steps, Set<Integer> kept) {
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
