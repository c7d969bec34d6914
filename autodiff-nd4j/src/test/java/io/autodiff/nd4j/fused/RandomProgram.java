package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Programs and elements by a seed: all dtypes and functions, axes around the sizes of vectors, the numbers that are special. */
final class RandomProgram {
    private static final DType[] DTYPES = {DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.BOOL};
    private static final List<ScalarFunction> FUNCTIONS = List.of(ScalarFunction.values());
    private static final List<Reduction> REDUCTIONS = List.of(Reduction.values());
    private static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 129, 300};
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1e-40,
        -1e-45,
        1e-310,
        3e38,
        709.9,
        -745.2,
        1e20,
        Math.PI,
        0x1p50,
        2,
        3,
        -2.5
    };

    private final SplittableRandom random;
    private final KernelCompiler compiler;

    RandomProgram(long seed, KernelCompiler compiler) {
        this.random = new SplittableRandom(seed);
        this.compiler = compiler;
    }

    /** A program that stores each of its instructions for positions, and after them some for rows, and some for all. */
    LoopProgram program() {
        List<Axis> axes = new ArrayList<>();
        int rank = random.nextInt(1, 4);
        while (axes.size() < rank) {
            int size = SIZES[random.nextInt(rank == 3 ? 8 : SIZES.length)];
            axes.add(new Axis(size, random.nextBoolean()));
        }
        List<Input> inputs = new ArrayList<>();
        List<Instruction> instructions = new ArrayList<>();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            DType dtype = DTYPES[random.nextInt(i == 1 ? 2 : DTYPES.length)];
            instructions.add(new Load(inputs.size(), dtype));
            inputs.add(new Input(
                    dtype, axes.stream().map(axis -> random.nextInt(4) > 0).toList()));
        }
        instructions.add(new Constant(random.nextInt(-3, 4), DTYPES[random.nextInt(4)]));
        boolean reduces = axes.stream().anyMatch(Axis::reduced);
        int count = instructions.size() + random.nextInt(2, 12);
        while (instructions.size() < count) {
            if (reduces && random.nextInt(4) == 0) {
                reduce(instructions);
            } else {
                add(instructions);
            }
        }
        List<Output> outputs = new ArrayList<>(IntStream.range(0, instructions.size())
                .mapToObj(Output::ofPositions)
                .toList());
        boolean[] ofRows = new LoopProgram(axes, inputs, instructions, outputs).ofRows();
        for (int i = 0; i < instructions.size(); i++) {
            if (reduces && ofRows[i] && random.nextInt(3) > 0) {
                outputs.add(
                        random.nextBoolean() || !instructions.get(i).dtype().isNumeric()
                                ? Output.ofRows(i)
                                : Output.ofAll(i, REDUCTIONS.get(random.nextInt(REDUCTIONS.size()))));
            }
        }
        return new LoopProgram(axes, inputs, instructions, outputs);
    }

    private void reduce(List<Instruction> instructions) {
        int operand = random.nextInt(instructions.size());
        DType dtype = instructions.get(operand).dtype();
        if (dtype.isNumeric()) {
            instructions.add(new Reduce(REDUCTIONS.get(random.nextInt(REDUCTIONS.size())), dtype, operand));
        }
    }

    private void add(List<Instruction> instructions) {
        ScalarFunction function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
        int a = random.nextInt(instructions.size());
        DType dtype = instructions.get(a).dtype();
        if (function == ScalarFunction.CAST) {
            DType to = DTYPES[random.nextInt(DTYPES.length)];
            boolean checked = to != DType.BOOL
                    && ((dtype.isFloating() && !to.isFloating()) || (dtype == DType.INT64 && to == DType.INT32));
            if (!checked) {
                instructions.add(new Apply(function, to, List.of(a)));
            }
        } else if (function == ScalarFunction.SELECT) {
            List<Integer> conditions = of(DType.BOOL, instructions);
            if (!conditions.isEmpty()) {
                int condition = conditions.get(random.nextInt(conditions.size()));
                instructions.add(new Apply(function, dtype, List.of(condition, a, like(dtype, instructions))));
            }
        } else if (compiler.supports(function, dtype)) {
            List<Integer> operands = function.arity() == 1 ? List.of(a) : List.of(a, like(dtype, instructions));
            instructions.add(new Apply(function, function.isComparison() ? DType.BOOL : dtype, operands));
        }
    }

    private int like(DType dtype, List<Instruction> instructions) {
        List<Integer> all = of(dtype, instructions);
        return all.get(random.nextInt(all.size()));
    }

    private static List<Integer> of(DType dtype, List<Instruction> instructions) {
        return IntStream.range(0, instructions.size())
                .filter(i -> instructions.get(i).dtype() == dtype)
                .boxed()
                .toList();
    }

    /** Elements for an input. */
    void fill(GuardedMemory memory, DType dtype) {
        boolean special = random.nextInt(3) == 0;
        for (int i = 0; i < memory.size(); i++) {
            double number = special && random.nextInt(3) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : random.nextDouble(-4, 4) * (random.nextInt(50) == 0 ? 1e6 : 1);
            switch (dtype) {
                case FLOAT32, FLOAT64 -> memory.set(i, number);
                case BOOL -> memory.setInteger(i, random.nextInt(2));
                default -> memory.setInteger(i, random.nextInt(20) == 0 ? random.nextLong() : random.nextLong(-9, 10));
            }
        }
    }
}
