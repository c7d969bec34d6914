package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/**
 * One line of {@code cases.jsonl}: its inputs as tensors and variables, and the comparison with its figures. It notes which
 * expectations were looked at, so that a body cannot forget one.
 */
final class ConformanceCase {
    private static final String FILE = "/conformance/cases.jsonl";
    /** What a float32 run may be off where the case asks for less: the figures are float64. */
    private static final double FLOAT32_TOLERANCE = 1e-5;
    /** Parts of an expected error: {@link #fails} looks at them together. */
    private static final Set<String> ERROR_DETAILS = Set.of("mentions", "messageMustMention", "on", "sideEffect");

    private final JsonObject json;
    private final JsonObject setup;
    private final JsonObject expect;
    private final Map<String, Operand> operands = new HashMap<>();
    private final Set<String> checked = new HashSet<>();

    private ConformanceCase(JsonObject json) {
        this.json = json;
        this.setup = json.getAsJsonObject("setup");
        this.expect = preferred(json);
    }

    /** What the case expects, with what it prefers to that among the other results that it accepts. */
    private static JsonObject preferred(JsonObject json) {
        JsonObject expect = json.getAsJsonObject("expect").deepCopy();
        if (json.has("prefer") && json.get("prefer").getAsString().equals("accept[0]")) {
            JsonObject accepted = json.getAsJsonArray("accept").get(0).getAsJsonObject();
            accepted.asMap().forEach(expect::add);
        }
        return expect;
    }

    /** {@return all cases of the file, freshly read, so that no two runs share a variable} */
    static List<ConformanceCase> all() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ConformanceCase.class.getResourceAsStream(FILE), FILE),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line ->
                            new ConformanceCase(JsonParser.parseString(line).getAsJsonObject()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<ConformanceCase> ofStage(String stage) {
        return all().stream().filter(c -> c.stage().equals(stage)).toList();
    }

    String id() {
        return json.get("id").getAsString();
    }

    String stage() {
        return json.get("stage").getAsString();
    }

    double tolerance() {
        return json.get("tol").getAsDouble();
    }

    // ---- the setup ----

    /** A constant; the same tensor each time, as a tape knows it by identity. */
    Tensor constant(String name) {
        return (Tensor) operands.computeIfAbsent(name, key -> {
            JsonObject input = input(setup.has("inputs") ? "inputs" : "consts", key);
            return Tensors.of(value(input), dtype(input));
        });
    }

    /** A variable, trainable or not as the case has it; the same one each time. */
    Variable variable(String name) {
        return (Variable) operands.computeIfAbsent(name, key -> {
            boolean trainable =
                    setup.has("vars") && setup.getAsJsonObject("vars").has(key);
            JsonObject input = input(trainable ? "vars" : "nonTrainable", key);
            return Variable.builder(value(input))
                    .dtype(dtype(input))
                    .name(key)
                    .trainable(trainable)
                    .build();
        });
    }

    /** An element of the setup: a number, a list, or a text. */
    JsonElement setup(String name) {
        return Objects.requireNonNull(setup.get(name), name);
    }

    /** The names of the inputs that a tape is to watch. */
    List<String> watched() {
        return setup("watch").getAsJsonArray().asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    /** A number, or a list of numbers, of the setup. */
    Tensor float64(String name) {
        return Tensors.of(toJava(setup(name), DType.FLOAT64), DType.FLOAT64);
    }

    /** A number, or a list of numbers, that stands in the setup without a dtype. */
    Tensor plain(DType dtype, String... path) {
        JsonElement element = setup;
        for (String name : path) {
            element = Objects.requireNonNull(element.getAsJsonObject().get(name), name);
        }
        return Tensors.of(toJava(element, dtype), dtype);
    }

    /** A tape with the case's settings, which records. */
    GradientTape tape() {
        GradientTape.Builder builder = GradientTape.builder();
        if (setup.has("tape") && setup.get("tape").isJsonObject()) {
            JsonObject settings = setup.getAsJsonObject("tape");
            if (settings.has("persistent")) {
                builder.persistent(settings.get("persistent").getAsBoolean());
            }
            if (settings.has("watchAccessedVariables")) {
                builder.watchAccessedVariables(
                        settings.get("watchAccessedVariables").getAsBoolean());
            }
        }
        return builder.open();
    }

    /** A tape with the case's settings that watches all constants of the case. */
    GradientTape watchingTape() {
        GradientTape tape = tape();
        setup.getAsJsonObject("consts").keySet().forEach(name -> tape.watch(constant(name)));
        return tape;
    }

    private JsonObject input(String kind, String name) {
        return Objects.requireNonNull(setup.getAsJsonObject(kind).getAsJsonObject(name), name);
    }

    private static DType dtype(JsonObject input) {
        return DType.valueOf(input.get("dtype").getAsString().toUpperCase(Locale.ROOT));
    }

    private static Object value(JsonObject input) {
        return toJava(input.get("value"), dtype(input));
    }

    /** A number, or nested arrays of numbers. */
    private static Object toJava(JsonElement element, DType dtype) {
        if (!element.isJsonArray()) {
            if (dtype.isInteger()) {
                return element.getAsLong();
            }
            return number(element);
        }
        JsonArray rows = element.getAsJsonArray();
        Class<?> type =
                rows.isEmpty() ? Double.class : toJava(rows.get(0), dtype).getClass();
        Object array = Array.newInstance(type, rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Array.set(array, i, toJava(rows.get(i), dtype));
        }
        return array;
    }

    private static double number(JsonElement element) {
        return Double.parseDouble(element.getAsString());
    }

    // ---- the expectation ----

    /**
     * One expectation.
     *
     * @param path names of members and indices of elements, from {@code expect} on
     */
    JsonElement expected(Object... path) {
        JsonElement element = expect;
        for (Object step : path) {
            element = step instanceof String name
                    ? element.getAsJsonObject().get(name)
                    : element.getAsJsonArray().get((Integer) step);
            assertNotNull(element, () -> id() + " expects nothing at " + Arrays.toString(path));
        }
        checked.add((String) path[0]);
        return element;
    }

    /** Compares shape and elements; null in the file is a gradient that is unconnected. */
    void check(@Nullable Operand actual, Object... path) {
        JsonElement expected = expected(path);
        String what = what(path);
        if (expected.isJsonNull()) {
            assertNull(actual, what);
            return;
        }
        assertNotNull(actual, what);
        assertEquals(shape(expected), "" + actual.shape(), () -> what + ", shape");
        double tolerance = actual.dtype() == DType.FLOAT32 ? Math.max(tolerance(), FLOAT32_TOLERANCE) : tolerance();
        double[] figures = actual.toDoubleArray();
        double[] wanted = flat(expected);
        for (int i = 0; i < wanted.length; i++) {
            int element = i;
            assertClose(wanted[i], figures[i], tolerance, () -> what + ", element " + element);
        }
    }

    /** Compares several gradients with a list of the file. */
    void checkAll(List<? extends @Nullable Operand> actual, Object... path) {
        assertEquals(expected(path).getAsJsonArray().size(), actual.size(), () -> what(path) + ", number of gradients");
        for (int i = 0; i < actual.size(); i++) {
            Object[] element = Arrays.copyOf(path, path.length + 1);
            element[path.length] = i;
            check(actual.get(i), element);
        }
    }

    /** Compares a number within the case's own tolerance, whatever the dtype that it comes from. */
    void check(double actual, Object... path) {
        assertClose(number(expected(path)), actual, tolerance(), () -> what(path));
    }

    void check(boolean actual, Object... path) {
        assertEquals(expected(path).getAsBoolean(), actual, () -> what(path));
    }

    /** As {@link #fails(Executable)}, where the case asks for the name of an op that the test has chosen. */
    void fails(String opName, Executable action) {
        JsonArray words = expect.getAsJsonArray("mentions");
        assertTrue(words.contains(new JsonPrimitive("op name")), () -> id() + " asks for no name of an op");
        words.asList().replaceAll(word -> word.getAsString().equals("op name") ? new JsonPrimitive(opName) : word);
        fails(action);
    }

    /** Checks that an action throws what the case expects, with the words that the message must hold. */
    void fails(Executable action) {
        String error = expected("error").getAsString();
        RuntimeException thrown = assertThrows(RuntimeException.class, action, () -> id() + " expects " + error);
        boolean right = (error.contains("IllegalState") && thrown instanceof IllegalStateException)
                || (error.contains("IllegalArgument") && thrown instanceof IllegalArgumentException)
                || (error.contains("NullPointer") && thrown instanceof NullPointerException);
        assertTrue(right, () -> id() + " expects " + error + ", not " + thrown);
        String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
        for (String words : mentions()) {
            // "float32/float and float64/double": one of the alternatives of each part.
            for (String part : words.toLowerCase(Locale.ROOT).split(" and ", -1)) {
                boolean found = Arrays.stream(part.split("/| or ", -1)).anyMatch(message::contains);
                assertTrue(found, () -> id() + ": the message must hold " + part + ": " + message);
            }
        }
    }

    private List<String> mentions() {
        JsonElement words = expect.has("mentions") ? expect.get("mentions") : expect.get("messageMustMention");
        return words == null
                ? List.of()
                : words.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsString)
                        .toList();
    }

    /** Fails if something that the case expects was never looked at. */
    void requireAllChecked() {
        Set<String> forgotten = new HashSet<>(expect.keySet());
        forgotten.removeAll(checked);
        forgotten.removeAll(ERROR_DETAILS);
        if (!forgotten.isEmpty()) {
            fail(id() + " expects more than the test looks at: " + forgotten);
        }
    }

    /** {@code |a - b| <= tolerance * max(1, |a|, |b|)}; infinities and NaN must be equal. */
    static void assertClose(double expected, double actual, double tolerance, Supplier<String> what) {
        double scale = Math.max(1, Math.max(Math.abs(expected), Math.abs(actual)));
        boolean finite = Double.isFinite(expected) && Double.isFinite(actual);
        boolean close =
                finite ? Math.abs(expected - actual) <= tolerance * scale : Double.compare(expected, actual) == 0;
        if (!close) {
            fail(what.get() + ": expected " + expected + ", got " + actual + ", tolerance " + tolerance);
        }
    }

    private String what(Object... path) {
        return id() + ", " + Arrays.toString(path);
    }

    /** The text of a shape, as the library prints it. */
    private static String shape(JsonElement element) {
        StringBuilder sizes = new StringBuilder("[");
        for (JsonElement at = element;
                at.isJsonArray();
                at = at.getAsJsonArray().get(0)) {
            int size = at.getAsJsonArray().size();
            sizes.append(sizes.length() > 1 ? ", " : "").append(size);
            if (size == 0) {
                break;
            }
        }
        return sizes.append("]").toString();
    }

    private static double[] flat(JsonElement element) {
        if (!element.isJsonArray()) {
            return new double[] {number(element)};
        }
        JsonArray rows = element.getAsJsonArray();
        return rows.asList().stream()
                .flatMapToDouble(row -> Arrays.stream(flat(row)))
                .toArray();
    }
}
