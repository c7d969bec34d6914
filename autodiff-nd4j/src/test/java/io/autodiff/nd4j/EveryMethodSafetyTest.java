package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Index;
import io.autodiff.Linalg;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Sorting;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nn.Attention;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Nn;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The fluent methods and the namespaces, each called with arguments that it was not made for: other ranks and dtypes, axes and sizes that
 * are negative or huge, empty tensors, NaN, and good ones among them. What comes of it is a result, or an exception that says what was
 * wrong with an argument; never one of something that went wrong inside, and never the end of the process.
 */
class EveryMethodSafetyTest {
    private static final int CALLS = 40;
    private static final long SEED = 11;

    private static final Tensor VECTOR = Tensors.of(new double[] {0.5, -1, 2});
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    /** Of no shape that times 2^31 bytes would be allowed. */
    private static final List<Tensor> TENSORS = List.of(
            Tensors.of(1.5),
            VECTOR,
            VECTOR.add(1),
            MATRIX,
            MATRIX.mul(-1),
            MATRIX.mmul(MATRIX, false, true),
            Tensors.zeros(DType.FLOAT64, 0, 3),
            Tensors.ones(DType.FLOAT32, 2, 3),
            Tensors.ones(DType.FLOAT64, 1, 4, 4, 2),
            Tensors.ones(DType.FLOAT64, 1, 2, 1, 1, 2, 1),
            Tensors.of(new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e300}),
            Tensors.of(new int[] {0, 1, 2, 1, 0}),
            Tensors.of(new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 3, 7}),
            Tensors.of(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 0, 5}),
            Tensors.of(new boolean[] {true, false, true, true, false}));

    /** By the type of a parameter, what is tried. */
    private static final Map<Class<?>, List<?>> ARGUMENTS = Map.ofEntries(
            Map.entry(int.class, List.of(0, 1, -1, 2, 3, 5, -7, Integer.MAX_VALUE, Integer.MIN_VALUE)),
            Map.entry(long.class, List.of(0L, 1L, -1L, 2L, 3L, 7L, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE)),
            Map.entry(double.class, List.of(0.0, 0.5, -1.0, 2.0, Double.NaN, Double.POSITIVE_INFINITY, 1e300)),
            Map.entry(float.class, List.of(0f, 0.5f, -1f, Float.NaN)),
            Map.entry(boolean.class, List.of(true, false)),
            Map.entry(Number.class, List.of(0, 1, -2, 2.5, Double.NaN, Long.MAX_VALUE)),
            Map.entry(String.class, List.of("", "i", "ij,jk->ik", "ii->i", "...i", "nonsense!")),
            Map.entry(
                    int[].class,
                    List.of(
                            new int[] {},
                            new int[] {0},
                            new int[] {-1},
                            new int[] {1, 0},
                            new int[] {0, 0},
                            new int[] {7},
                            new int[] {Integer.MAX_VALUE},
                            new int[] {Integer.MIN_VALUE, 0})),
            Map.entry(
                    long[].class,
                    List.of(
                            new long[] {},
                            new long[] {0},
                            new long[] {-1},
                            new long[] {3},
                            new long[] {3, 2},
                            new long[] {2, -1},
                            new long[] {1L << 40},
                            new long[] {1L << 40, 1L << 40},
                            new long[] {Long.MAX_VALUE},
                            new long[] {Long.MIN_VALUE, 1})),
            Map.entry(
                    long[][].class,
                    List.of(
                            new long[][] {},
                            new long[][] {{}},
                            new long[][] {{1, 1}},
                            new long[][] {{0, 1}, {1, 0}},
                            new long[][] {{-1, 0}},
                            new long[][] {{Long.MAX_VALUE, 1}, {0, 0}},
                            new long[][] {{1, 2, 3}})),
            Map.entry(DType.class, List.of(DType.values())),
            Map.entry(
                    Shape.class,
                    List.of(
                            Shape.SCALAR,
                            Shape.of(0),
                            Shape.of(3),
                            Shape.of(2, 3),
                            Shape.of(1L << 40),
                            Shape.of(0, Long.MAX_VALUE))),
            Map.entry(
                    Index.class,
                    List.of(
                            Index.at(0),
                            Index.at(-9),
                            Index.at(Long.MIN_VALUE),
                            Index.all().by(-1),
                            Index.range(5, -7),
                            Index.from(Long.MAX_VALUE),
                            Index.ellipsis(),
                            Index.newAxis())),
            Map.entry(Tensor.class, TENSORS),
            Map.entry(Operand.class, TENSORS));

    /** Methods of a class that take nothing but what there are arguments for, and do more than tell what is there. */
    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .filter(method -> method.getParameterCount() > 0 || !Modifier.isStatic(method.getModifiers()))
                .filter(method -> Arrays.stream(method.getParameterTypes()).allMatch(EveryMethodSafetyTest::isKnown))
                .sorted(Comparator.comparing(Method::toString))
                .toList();
    }

    private static boolean isKnown(Class<?> type) {
        return ARGUMENTS.containsKey(type)
                || type.isEnum()
                || type == List.class
                || (type.isArray() && ARGUMENTS.containsKey(type.getComponentType()));
    }

    private static Object argument(Class<?> type, SplittableRandom random) {
        List<?> values = type.isEnum() ? List.of(type.getEnumConstants()) : ARGUMENTS.get(type);
        if (values != null) {
            return values.get(random.nextInt(values.size()));
        }
        Class<?> component = type == List.class ? Tensor.class : type.getComponentType();
        Object[] some = new Object[random.nextInt(4)];
        for (int i = 0; i < some.length; i++) {
            some[i] = argument(component, random);
        }
        if (type == List.class) {
            return List.of(some);
        }
        Object array = Array.newInstance(component, some.length);
        for (int i = 0; i < some.length; i++) {
            Array.set(array, i, some[i]);
        }
        return array;
    }

    @TestFactory
    Stream<DynamicTest> badArgumentsGiveResultsOrAreTold() {
        return Stream.of(
                        Tensor.class,
                        Tensors.class,
                        Linalg.class,
                        Sorting.class,
                        Random.class,
                        Nn.class,
                        Losses.class,
                        Attention.class)
                .flatMap(type -> methods(type).stream()
                        .collect(Collectors.groupingBy(Method::getName, LinkedHashMap::new, Collectors.toList()))
                        .entrySet()
                        .stream()
                        .map(entry -> DynamicTest.dynamicTest(type.getSimpleName() + "." + entry.getKey(), () -> {
                            List<String> found = new ArrayList<>();
                            for (Method method : entry.getValue()) {
                                call(method, found);
                            }
                            assertEquals(List.of(), found);
                        })));
    }

    private static void call(Method method, List<String> found) {
        SplittableRandom random = new SplittableRandom(SEED);
        // It may be of an interface that is not public by itself.
        method.setAccessible(true);
        for (int i = 0; i < CALLS; i++) {
            Object[] arguments = Arrays.stream(method.getParameterTypes())
                    .map(type -> argument(type, random))
                    .toArray();
            Object target = method.getDeclaringClass() == Random.class
                    ? Random.seeded(3)
                    : TENSORS.get(random.nextInt(TENSORS.size()));
            String fault = fault(method, target, arguments);
            if (fault != null) {
                found.add(text(method, target, arguments) + " -> " + fault);
                return;
            }
        }
    }

    private static @Nullable String fault(Method method, Object target, Object... arguments) {
        try {
            evaluate(method.invoke(target, arguments));
            return null;
        } catch (InvocationTargetException e) {
            return fault(e.getCause());
        } catch (ReflectiveOperationException e) {
            return e.toString();
        } catch (RuntimeException | Error e) {
            return fault(e);
        }
    }

    private static @Nullable String fault(@Nullable Throwable e) {
        if (e == null) {
            return "an exception without a cause";
        }
        boolean told = e instanceof IllegalArgumentException
                || e instanceof IllegalStateException
                // Of toIntArray, as it says.
                || e instanceof ArithmeticException;
        return told && !String.valueOf(e.getMessage()).isBlank() && e.getMessage() != null
                ? null
                : e + " at " + Arrays.stream(e.getStackTrace()).limit(3).toList();
    }

    /** What is pending fails when it is asked for. */
    private static void evaluate(@Nullable Object result) throws ReflectiveOperationException {
        if (result instanceof Tensor tensor) {
            tensor.evaluate();
        } else if (result instanceof List<?> list) {
            for (Object element : list) {
                evaluate(element);
            }
        } else if (result != null && result.getClass().isRecord()) {
            for (RecordComponent component : result.getClass().getRecordComponents()) {
                evaluate(component.getAccessor().invoke(result));
            }
        }
    }

    private static String text(Method method, Object target, Object... arguments) {
        String given = Arrays.deepToString(arguments);
        return (Modifier.isStatic(method.getModifiers()) ? "" : target + ".") + method.getName() + " of " + given;
    }

    @Test
    void anotherKindOfExceptionIsFound() {
        assertTrue(String.valueOf(fault(new NullPointerException("x"))).contains("NullPointerException: x"));
        assertTrue(String.valueOf(fault(new ArrayIndexOutOfBoundsException(3))).contains("3"));
        assertTrue(String.valueOf(fault(new IllegalArgumentException())).contains("IllegalArgumentException"));
        assertNull(fault(new IllegalArgumentException("no axis 7")));
    }

    @AfterAll
    static void stillRight() {
        assertArrayEquals(
                new double[] {14, 32, 32, 77}, MATRIX.mmul(MATRIX, false, true).toDoubleArray());
        assertArrayEquals(
                new double[] {3, 1, 6, 4},
                MATRIX.gather(Tensors.of(new int[] {2, 0}), 1).toDoubleArray());
    }
}
