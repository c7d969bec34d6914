package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.ScalarProgram.Instruction;
import io.autodiff.nd4j.fused.ScalarCode;
import io.autodiff.nd4j.fused.ScalarCode.Apply;
import io.autodiff.nd4j.fused.ScalarCode.Argument;
import io.autodiff.nd4j.fused.ScalarCode.Constant;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Writes a {@link ScalarProgram} as {@link ScalarCode}: registers, each of which is filled once, become numbers. */
final class ScalarCodeWriter {
    private final ScalarProgram program;
    private final Map<ScalarCode.Instruction, Integer> known = new HashMap<>();
    private final List<ScalarCode.Instruction> written = new ArrayList<>();
    /** For each register that is filled, the instruction that has its number. */
    private final Map<Integer, Integer> registers = new HashMap<>();

    private ScalarCodeWriter(ScalarProgram program) {
        this.program = program;
    }

    /**
     * The code of a program.
     *
     * @param program any
     * @param argument for each input the number of the argument that it is
     */
    static ScalarCode write(ScalarProgram program, IntUnaryOperator argument) {
        ScalarCodeWriter writer = new ScalarCodeWriter(program);
        for (int i = 0; i < program.inputs(); i++) {
            DType dtype = program.inputSpec(i).dtype();
            Argument given = new Argument(argument.applyAsInt(i), dtype.isFloating() ? dtype : DType.INT64);
            writer.registers.put(program.inputRegister(i), writer.put(given));
        }
        program.instructions().forEach(i -> writer.registers.put(i.to(), writer.put(writer.apply(i))));
        List<Integer> results = new ArrayList<>();
        for (int i = 0; i < program.outputs(); i++) {
            DType dtype = program.outputSpec(i).dtype();
            results.add(writer.number(program.outputRegister(i), ScalarCode.held(dtype)));
        }
        return new ScalarCode(writer.written, results);
    }

    private int put(ScalarCode.Instruction instruction) {
        return known.computeIfAbsent(instruction, i -> {
            written.add(i);
            return written.size() - 1;
        });
    }

    private Apply apply(Instruction i) {
        ScalarFunction function = i.function();
        boolean rounds = i.narrows() == DType.FLOAT32;
        DType floating = rounds ? DType.FLOAT32 : DType.FLOAT64;
        DType integer = i.narrows() == DType.INT32 ? DType.INT32 : DType.INT64;
        return switch (i.kind()) {
            case FLOATING -> of(i, DType.FLOAT64, floating);
            case INTEGER ->
                switch (function) {
                    case AND, OR, XOR, NOT -> of(i, DType.BOOL, DType.BOOL);
                    default -> of(i, DType.INT64, integer);
                };
            case COMPARE_FLOATING -> of(i, DType.FLOAT64, DType.BOOL);
            case COMPARE_INTEGER -> of(i, DType.INT64, DType.BOOL);
            case SELECT_FLOATING -> select(i, DType.FLOAT64, floating);
            case SELECT_INTEGER -> select(i, DType.INT64, integer);
            case CAST_FLOATING_TO_FLOATING -> of(i, DType.FLOAT64, floating);
            case CAST_INTEGER_TO_FLOATING -> of(i, DType.INT64, floating);
            case CAST_FLOATING_TO_INTEGER -> of(i, DType.FLOAT64, program.resultDType(i));
            case CAST_INTEGER_TO_INTEGER -> of(i, DType.INT64, program.resultDType(i));
        };
    }

    private Apply of(Instruction i, DType given, DType result) {
        List<Integer> operands = new ArrayList<>(List.of(number(i.a(), given)));
        if (i.function().arity() > 1) {
            operands.add(number(i.b(), given));
        }
        return new Apply(i.function(), given, result, operands);
    }

    private Apply select(Instruction i, DType given, DType result) {
        return new Apply(
                ScalarFunction.SELECT,
                given,
                result,
                List.of(number(i.a(), DType.BOOL), number(i.b(), given), number(i.c(), given)));
    }

    /** The number of a register, held as it is wanted; what no instruction fills is a constant. */
    private int number(int register, DType wanted) {
        Integer number = registers.get(register);
        if (number == null) {
            double constant = program.constant(register);
            return put(
                    switch (wanted) {
                        case FLOAT64 -> new Constant(constant, wanted);
                        case BOOL -> new Constant((long) constant != 0 ? 1 : 0, wanted);
                        default -> new Constant((long) constant, wanted);
                    });
        }
        DType held = ScalarCode.held(written.get(number).dtype());
        return held == wanted ? number : put(new Apply(ScalarFunction.CAST, held, wanted, List.of(number)));
    }
}
