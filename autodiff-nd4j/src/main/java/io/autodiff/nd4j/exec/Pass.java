package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What makes a plan better, one after the other in this order; the draft is verified after each. */
enum Pass {
    /** Equal numbers. First, since calls are the same only if their inputs are. */
    EQUAL_CONSTANTS {
        @Override
        void run(Draft draft) {
            Map<ScalarBits, Integer> known = new HashMap<>();
            int[] same = sameSlots(draft);
            for (int slot = draft.arguments; slot < same.length; slot++) {
                Value constant = draft.initial.get(slot);
                if (constant != null && ScalarProgram.isScalar(constant.spec())) {
                    Integer first =
                            known.putIfAbsent(new ScalarBits(constant.spec(), ScalarProgram.word(constant)), slot);
                    if (first != null) {
                        same[slot] = first;
                        draft.initial.set(slot, null);
                    }
                }
            }
            draft.redirect(slot -> same[slot]);
        }
    },

    /** Calls that give an input back, bit for bit. Early, since calls that differed may be the same without them. */
    IDENTITIES {
        @Override
        void run(Draft draft) {
            int[] same = sameSlots(draft);
            for (Plan.Step step : draft.steps) {
                if (step instanceof Plan.Call call) {
                    for (int i = 0; i < call.inputs.length; i++) {
                        call.inputs[i] = same[call.inputs[i]];
                    }
                    List<@Nullable Value> constants = new ArrayList<>();
                    for (int input : call.inputs) {
                        constants.add(draft.initial.get(input));
                    }
                    int kept = Simplification.identity(call.call, constants);
                    if (kept >= 0) {
                        same[call.outputs[0]] = call.inputs[kept];
                    }
                }
            }
            draft.redirect(slot -> same[slot]);
        }
    },

    /** Calls of the same op, attributes and inputs. Before dead code, since it leaves the second one without readers. */
    COMMON_SUBEXPRESSIONS {
        @Override
        void run(Draft draft) {
            Map<Signature, int[]> known = new HashMap<>();
            int[] same = sameSlots(draft);
            for (Plan.Step step : draft.steps) {
                if (step instanceof Plan.Call call) {
                    List<Integer> inputs = new ArrayList<>();
                    for (int slot : call.inputs) {
                        inputs.add(same[slot]);
                    }
                    int[] first = known.putIfAbsent(
                            new Signature(call.call.op(), call.call.attributes(), call.call.outputSpecs(), inputs),
                            call.outputs);
                    for (int i = 0; first != null && i < first.length; i++) {
                        same[call.outputs[i]] = first[i];
                    }
                }
            }
            draft.redirect(slot -> same[slot]);
        }
    },

    /** Calls whose results nobody reads. Before calls are joined, when each can still be left out alone. */
    DEAD_CODE {
        @Override
        void run(Draft draft) {
            boolean[] needed = new boolean[draft.slotCount()];
            for (int slot : draft.results) {
                needed[slot] = true;
            }
            List<Plan.Step> live = new ArrayList<>();
            for (int i = draft.steps.size() - 1; i >= 0; i--) {
                Plan.Step step = draft.steps.get(i);
                if (Arrays.stream(step.outputs).anyMatch(slot -> needed[slot])) {
                    live.add(step);
                    for (int slot : step.inputs) {
                        needed[slot] = true;
                    }
                }
            }
            Collections.reverse(live);
            draft.steps = live;
        }
    },

    /** Products with a matrix of one number, as sums. Before what joins products with others. */
    UNIFORM_PRODUCTS {
        @Override
        void run(Draft draft) {
            UniformProducts.replace(draft);
        }
    },

    /**
     * Matrix products without the transpositions before them and with the bias after them. Before kernels, which would take the bias for
     * themselves.
     */
    PRODUCTS {
        @Override
        void run(Draft draft) {
            ProductFusion.fuse(draft);
        }
    },

    /** Elementwise calls on arrays, and reductions of them, as kernels, if there is a compiler. On what is left of the calls. */
    FUSION {
        @Override
        void run(Draft draft) {
            Fusion.fuse(draft);
        }
    },

    /** Calls on scalars that follow each other, as one program. */
    SCALAR_PROGRAMS {
        @Override
        void run(Draft draft) {
            int[] lastReader = draft.lastReaders();
            List<Plan.Step> joined = new ArrayList<>();
            List<Plan.Call> scalars = new ArrayList<>();
            for (int i = 0; i < draft.steps.size(); i++) {
                Plan.Step step = draft.steps.get(i);
                if (step instanceof Plan.Call call && ScalarProgram.takes(call.call)) {
                    scalars.add(call);
                } else {
                    join(scalars, i, lastReader, joined);
                    joined.add(step);
                }
            }
            join(scalars, draft.steps.size(), lastReader, joined);
            draft.steps = joined;
        }
    },

    /** Memory ends with the last step that touches it. When all steps are there, since it follows from them. */
    MEMORY {
        @Override
        void run(Draft draft) {
            boolean[] seen = new boolean[draft.slotCount()];
            for (int slot : draft.results) {
                seen[slot] = true;
            }
            for (int i = draft.steps.size() - 1; i >= 0; i--) {
                Plan.Step step = draft.steps.get(i);
                List<Integer> ending = new ArrayList<>();
                for (int[] touched : new int[][] {step.inputs, step.outputs}) {
                    for (int slot : touched) {
                        if (!seen[slot] && !draft.isFixed(slot)) {
                            ending.add(slot);
                        }
                        seen[slot] = true;
                    }
                }
                step.ending = ending.stream().mapToInt(slot -> slot).toArray();
            }
        }
    },

    /** Results in the memory of what ends with their step. Last, as it needs to know what ends. */
    IN_PLACE {
        @Override
        void run(Draft draft) {
            draft.steps.forEach(Pass::place);
        }
    };

    /** What makes two calls the same. Ops are told apart as objects: a name may be overridden. */
    private record Signature(Op op, Attributes attributes, List<TensorSpec> outputs, List<Integer> inputs) {}

    /** A scalar by its bits. */
    private record ScalarBits(TensorSpec spec, long word) {}

    abstract void run(Draft draft);

    /** For each slot the one that has the same value: at first, itself. */
    private static int[] sameSlots(Draft draft) {
        int[] same = new int[draft.slotCount()];
        Arrays.setAll(same, slot -> slot);
        return same;
    }

    /** Gives each output of a step an input of its own that it may be written over, where there is one. */
    private static void place(Plan.Step step) {
        Set<Integer> free = new HashSet<>();
        Arrays.stream(step.ending).forEach(free::add);
        step.inPlace = new int[step.outputs.length];
        for (int output = 0; output < step.inPlace.length; output++) {
            step.inPlace[output] = -1;
            for (int input = 0; input < step.inputs.length && step.inPlace[output] < 0; input++) {
                if (free.contains(step.inputs[input]) && step.mayOverwrite(input, output)) {
                    free.remove(step.inputs[input]);
                    step.inPlace[output] = input;
                }
            }
        }
    }

    /** One step of the calls before a position; outside, only what is read from there on is seen of it. */
    private static void join(List<Plan.Call> scalars, int position, int[] lastReader, List<Plan.Step> joined) {
        if (scalars.size() > 1) {
            Set<Integer> filled = new LinkedHashSet<>();
            Set<Integer> read = new LinkedHashSet<>();
            for (Plan.Call call : scalars) {
                Arrays.stream(call.inputs)
                        .filter(slot -> !filled.contains(slot))
                        .forEach(read::add);
                filled.add(call.outputs[0]);
            }
            int[] outputs = filled.stream()
                    .mapToInt(slot -> slot)
                    .filter(slot -> lastReader[slot] >= position)
                    .toArray();
            joined.add(new Plan.Scalars(
                    scalars, read.stream().mapToInt(slot -> slot).toArray(), outputs));
        } else {
            joined.addAll(scalars);
        }
        scalars.clear();
    }
}
