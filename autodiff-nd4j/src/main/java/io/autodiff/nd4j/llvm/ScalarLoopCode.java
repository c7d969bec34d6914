package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.ScalarCode;
import io.autodiff.nd4j.fused.ScalarCode.Apply;
import io.autodiff.nd4j.fused.ScalarCode.Argument;
import io.autodiff.nd4j.fused.ScalarCode.Constant;
import io.autodiff.nd4j.fused.ScalarCode.Instruction;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.op.ScalarFunction;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes scalar work as vectors of one lane, which are scalars to the processor; so the functions are those of arrays. What has to be
 * refused ends the function before anything is stored of the round in which it is.
 */
final class ScalarLoopCode {
    private static final DType FLOATING = DType.FLOAT64;
    private static final DType INTEGER = DType.INT64;

    /** Functions that stand where they are used; each other one is a function of its own, which is called. */
    private static final Set<ScalarFunction> SHORT = EnumSet.of(
            ScalarFunction.ADD,
            ScalarFunction.SUB,
            ScalarFunction.MUL,
            ScalarFunction.DIV,
            ScalarFunction.NEG,
            ScalarFunction.ABS,
            ScalarFunction.SIGN,
            ScalarFunction.MAX,
            ScalarFunction.MIN,
            ScalarFunction.SQRT,
            ScalarFunction.FLOOR,
            ScalarFunction.CEIL,
            ScalarFunction.ROUND,
            ScalarFunction.FLOOR_DIV);

    private final ScalarLoop loop;
    private final VectorCode code = new VectorCode(1);
    private final ElementCode elements = new ElementCode(code);
    private final Set<ScalarFunction> written = new HashSet<>();
    private final String refused;
    private final String end;
    private final String[] arguments;

    private ScalarLoopCode(ScalarLoop loop) {
        this.loop = loop;
        this.refused = code.fresh("refused");
        this.end = code.fresh("end");
        this.arguments = new String[loop.arguments()];
    }

    static int instructions(ScalarLoop loop) {
        return loop.step().instructions().size() + conditionOf(loop).size();
    }

    private static List<Instruction> conditionOf(ScalarLoop loop) {
        ScalarCode condition = loop.condition();
        return condition == null ? List.of() : condition.instructions();
    }

    static boolean supports(ScalarLoop loop) {
        return Stream.concat(conditionOf(loop).stream(), loop.step().instructions().stream())
                .allMatch(instruction -> !(instruction instanceof Apply apply) || supports(apply));
    }

    private static boolean supports(Apply apply) {
        return switch (apply.function()) {
            case FLOOR_DIV, FLOOR_MOD ->
                apply.given() == INTEGER || ElementCode.supports(apply.function(), apply.given());
            default -> ElementCode.supports(apply.function(), apply.given());
        };
    }

    /** A module with one function of a pointer to the words. */
    static String module(ScalarLoop loop, String name, Target target) {
        ScalarLoopCode scalars = new ScalarLoopCode(loop);
        scalars.write();
        return "define void @" + name + "(i8* %arguments) " + target.attributes() + " {\nentry:\n"
                + scalars.code.entry() + scalars.code.body() + "}\n" + scalars.code.others() + "\n";
    }

    private void write() {
        code.line("%words = bitcast i8* %arguments to i64*");
        DType[] dtypes = argumentDTypes();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = load(ScalarLoop.argumentWord(i), dtypes[i]);
        }
        store(ScalarLoop.REFUSED_WORD, code.constant(INTEGER, 0), INTEGER);
        ScalarCode condition = loop.condition();
        if (condition == null) {
            List<String> results = values(loop.step());
            for (int i = 0; i < results.size(); i++) {
                store(loop.resultWord(i), results.get(i), resultDType(i));
            }
            code.jump(end);
            refuse();
        } else {
            repeat(condition, dtypes);
        }
        code.line("ret void");
    }

    /** Something was refused: it is noted, and then the end. */
    private void refuse() {
        code.label(refused);
        store(ScalarLoop.REFUSED_WORD, code.constant(INTEGER, 1), INTEGER);
        code.jump(end);
        code.label(end);
    }

    private void repeat(ScalarCode condition, DType[] dtypes) {
        String rounds = code.variable("i64");
        code.set(rounds, "i64", "0");
        String[] state = new String[loop.step().results().size()];
        for (int i = 0; i < state.length; i++) {
            state[i] = code.variable(code.type(dtypes[i]));
            code.set(state[i], code.type(dtypes[i]), narrow(arguments[i], dtypes[i]));
        }
        String head = code.fresh("head");
        String inside = code.fresh("inside");
        code.jump(head);
        code.label(head);
        for (int i = 0; i < state.length; i++) {
            arguments[i] = wide(code.get(state[i], code.type(dtypes[i])), dtypes[i]);
        }
        code.branch(scalar(values(condition).get(0), DType.BOOL), inside, end);
        code.label(inside);
        // A result is a round's argument only after all results are there: a step may swap two.
        List<String> next = values(loop.step());
        for (int i = 0; i < state.length; i++) {
            code.set(state[i], code.type(dtypes[i]), narrow(next.get(i), dtypes[i]));
        }
        code.set(rounds, "i64", code.emit("add i64 " + code.get(rounds, "i64") + ", 1"));
        code.jump(head);
        refuse();
        for (int i = 0; i < state.length; i++) {
            store(loop.resultWord(i), wide(code.get(state[i], code.type(dtypes[i])), dtypes[i]), resultDType(i));
        }
        String address = word(ScalarLoop.ROUNDS_WORD);
        code.line("store i64 " + code.get(rounds, "i64") + ", i64* " + address);
    }

    /** The arguments' dtypes; what is carried has its result's, and what nothing reads is an integer. */
    private DType[] argumentDTypes() {
        DType[] dtypes = new DType[arguments.length];
        Arrays.fill(dtypes, INTEGER);
        Stream.concat(conditionOf(loop).stream(), loop.step().instructions().stream())
                .forEach(instruction -> {
                    if (instruction instanceof Argument argument) {
                        dtypes[argument.number()] = argument.dtype();
                    }
                });
        for (int i = 0; loop.condition() != null && i < loop.step().results().size(); i++) {
            DType result =
                    loop.step().instructions().get(loop.step().results().get(i)).dtype();
            dtypes[i] = result.isFloating() ? result : INTEGER;
        }
        return dtypes;
    }

    private DType resultDType(int number) {
        DType dtype = loop.step()
                .instructions()
                .get(loop.step().results().get(number))
                .dtype();
        return dtype.isFloating() ? FLOATING : INTEGER;
    }

    /** As it is kept from round to round: then LLVM sees which numbers are float32, and computes in that where it gives the same. */
    private String narrow(String value, DType dtype) {
        return dtype == DType.FLOAT32 ? code.convert("fptrunc", FLOATING, value, dtype) : value;
    }

    private String wide(String value, DType dtype) {
        return dtype == DType.FLOAT32 ? code.convert("fpext", dtype, value, FLOATING) : value;
    }

    private String word(int number) {
        return code.emit("getelementptr i64, i64* %words, i64 " + number);
    }

    private String load(int number, DType dtype) {
        DType held = ScalarCode.held(dtype);
        String pointer = code.emit("bitcast i64* " + word(number) + " to " + code.type(held) + "*");
        return wide(narrow(code.get(pointer, code.type(held)), dtype), dtype);
    }

    private void store(int number, String value, DType dtype) {
        String pointer = code.emit("bitcast i64* " + word(number) + " to " + code.type(dtype) + "*");
        code.set(pointer, code.type(dtype), value);
    }

    private String scalar(String vector, DType dtype) {
        return code.emit("extractelement " + code.type(dtype) + " " + vector + ", i32 0");
    }

    /** The results of code; bools among them as integers, but for one alone, which is a condition. */
    private List<String> values(ScalarCode scalars) {
        List<Instruction> instructions = scalars.instructions();
        String[] values = new String[instructions.size()];
        for (int i = 0; i < values.length; i++) {
            Instruction instruction = instructions.get(i);
            if (instruction instanceof Argument argument) {
                values[i] = arguments[argument.number()];
            } else if (instruction instanceof Constant constant) {
                values[i] = constant.dtype() == INTEGER
                        ? code.constant(INTEGER, (long) constant.value())
                        : code.constant(constant.dtype(), constant.value());
            } else {
                Apply apply = (Apply) instruction;
                String[] operands = apply.operands().stream()
                        .map(operand -> values[operand])
                        .toArray(String[]::new);
                values[i] = held(apply, apply(apply, operands));
            }
        }
        boolean isCondition = scalars.equals(loop.condition());
        return scalars.results().stream()
                .map(result -> instructions.get(result).dtype() == DType.BOOL && !isCondition
                        ? code.convert("zext", DType.BOOL, values[result], INTEGER)
                        : values[result])
                .toList();
    }

    /** Rounded or wrapped to the dtype. */
    private String held(Apply apply, String value) {
        if (apply.dtype() == DType.FLOAT32) {
            return wide(narrow(value, DType.FLOAT32), DType.FLOAT32);
        } else if (apply.dtype() == DType.INT32 && apply.function() != ScalarFunction.CAST) {
            return code.convert("sext", DType.INT32, code.convert("trunc", INTEGER, value, DType.INT32), INTEGER);
        }
        return value;
    }

    private String apply(Apply apply, String... x) {
        ScalarFunction function = apply.function();
        DType given = apply.given();
        return switch (function) {
            case CAST -> cast(given, x[0], apply.dtype());
            case SELECT -> code.select(given, x[0], x[1], x[2]);
            default -> {
                if (given == INTEGER && function == ScalarFunction.FLOOR_DIV) {
                    yield floorDiv(x[0], x[1]);
                } else if (given == INTEGER && function == ScalarFunction.FLOOR_MOD) {
                    yield floorMod(x[0], x[1]);
                }
                boolean stands = given != FLOATING || function.isComparison() || SHORT.contains(function);
                yield stands ? elements.apply(function, apply.dtype(), given, x) : called(function, x);
            }
        };
    }

    /** Functions of some length once in the module, however often they are used. */
    private String called(ScalarFunction function, String... x) {
        String type = code.type(FLOATING);
        String name = "@scalar_" + function;
        if (written.add(function)) {
            VectorCode inside = new VectorCode(1);
            String[] parameters =
                    IntStream.range(0, x.length).mapToObj(i -> "%x" + i).toArray(String[]::new);
            String result = new ElementCode(inside).apply(function, FLOATING, FLOATING, parameters);
            code.other(
                    name,
                    "define internal " + type + " " + name + "(" + list(type, parameters) + ") nounwind {\nentry:\n"
                            + inside.entry() + inside.body() + "  ret " + type + " " + result + "\n}");
            code.othersOf(inside);
        }
        return code.emit("call " + type + " " + name + "(" + list(type, x) + ")");
    }

    private static String list(String type, String... values) {
        return String.join(
                ", ", Stream.of(values).map(value -> type + " " + value).toList());
    }

    private String cast(DType from, String x, DType to) {
        if (to.isFloating()) {
            return switch (from) {
                case FLOAT64 -> x;
                case BOOL -> code.convert("uitofp", from, x, FLOATING);
                default -> code.convert("sitofp", from, x, FLOATING);
            };
        } else if (to == DType.BOOL) {
            return switch (from) {
                case FLOAT64 -> code.compare("une", from, x, code.constant(from, 0.0));
                case BOOL -> x;
                default -> code.compare("ne", from, x, code.constant(from, 0));
            };
        } else if (from == DType.BOOL) {
            return code.convert("zext", from, x, INTEGER);
        } else if (from == FLOATING) {
            // NaN passes neither comparison.
            boolean narrow = to == DType.INT32;
            String low =
                    code.compare(narrow ? "ogt" : "oge", from, x, code.constant(from, narrow ? -0x1p31 - 1 : -0x1p63));
            String high = code.compare("olt", from, x, code.constant(from, narrow ? 0x1p31 : 0x1p63));
            require(code.op("and", DType.BOOL, low, high));
            return code.convert("fptosi", from, x, INTEGER);
        }
        if (to == DType.INT32) {
            String narrow = code.convert("sext", to, code.convert("trunc", from, x, to), from);
            require(code.compare("eq", from, x, narrow));
        }
        return x;
    }

    /** Goes on if the condition holds; Java decides about what is refused here. */
    private void require(String condition) {
        String after = code.fresh("allowed");
        code.branch(scalar(condition, DType.BOOL), after, refused);
        code.label(after);
    }

    /** The divisor is not 0, and not -1 where the quotient may be beyond the dtype. */
    private void requireDivisible(String a, String b) {
        String whole = code.compare("ne", INTEGER, b, code.constant(INTEGER, 0));
        String otherwise = code.compare("ne", INTEGER, b, code.constant(INTEGER, -1));
        for (long least : new long[] {Integer.MIN_VALUE, Long.MIN_VALUE}) {
            String fits =
                    code.op("or", DType.BOOL, otherwise, code.compare("ne", INTEGER, a, code.constant(INTEGER, least)));
            whole = code.op("and", DType.BOOL, whole, fits);
        }
        require(whole);
    }

    private String floorDiv(String a, String b) {
        requireDivisible(a, b);
        String quotient = code.op("sdiv", INTEGER, a, b);
        return code.select(
                INTEGER,
                isBelow(code.op("srem", INTEGER, a, b), b),
                code.sub(INTEGER, quotient, code.constant(INTEGER, 1)),
                quotient);
    }

    private String floorMod(String a, String b) {
        requireDivisible(a, b);
        String rest = code.op("srem", INTEGER, a, b);
        return code.select(INTEGER, isBelow(rest, b), code.add(INTEGER, rest, b), rest);
    }

    /** Whether division towards 0 is one more than the floor: there is a rest, of another sign than the divisor. */
    private String isBelow(String rest, String b) {
        String differ = code.compare("slt", INTEGER, code.op("xor", INTEGER, rest, b), code.constant(INTEGER, 0));
        return code.op("and", DType.BOOL, differ, code.compare("ne", INTEGER, rest, code.constant(INTEGER, 0)));
    }
}
