package io.autodiff.nd4j;

import static io.autodiff.nd4j.BadArguments.MATRIX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Branch;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Index;
import io.autodiff.Linalg;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Sorting;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nn.Attention;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Nn;
import io.autodiff.op.Attributes;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.spi.Executor;
import io.autodiff.transform.GradientCheck;
import io.autodiff.transform.NumericalDerivative;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The methods of the library's face, each called with arguments that it was not made for: other ranks and dtypes, axes and sizes that are
 * negative or huge, empty tensors, NaN, closed arrays, functions that give what does not fit, and good ones among them. What comes of it is
 * a result, or an exception that says what was wrong with an argument; never one of something that went wrong inside, and never the end of
 * the process.
 */
class EveryMethodSafetyTest {
    private static final int CALLS = 40;
    private static final long SEED = 11;

    /** What is called with tensors, mostly. */
    private static final List<Class<?>> OPS = List.of(
            Tensor.class,
            Tensors.class,
            Linalg.class,
            Sorting.class,
            Random.class,
            Nn.class,
            Losses.class,
            Attention.class);

    /** What is called with more than tensors. */
    private static final List<Class<?>> OTHERS = List.of(
            Variable.class,
            Variable.Builder.class,
            GradientTape.class,
            TensorScope.class,
            Functions.class,
            Branch.class,
            Sgd.class,
            GradientAndVariable.class,
            GradientCheck.class,
            NumericalDerivative.class,
            Nd4jTensors.class,
            Shape.class,
            Index.class,
            Attributes.class);

    /** What prints, and what takes anything. */
    private static final Set<String> LEFT_OUT = Set.of("print", "equals");

    /** Methods and constructors of a class that take nothing but what there are arguments for, and do more than tell what is there. */
    private static List<Executable> executables(Class<?> type) {
        Stream<Method> methods = Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class && !method.isBridge())
                // The fluent ones of a variable are those of tensors.
                .filter(method ->
                        type == Tensor.class || !method.getDeclaringClass().isInterface())
                .filter(method -> method.getParameterCount() > 0 || !Modifier.isStatic(method.getModifiers()));
        return Stream.concat(methods, Arrays.stream(type.getConstructors()))
                .filter(executable -> !LEFT_OUT.contains(executable.getName()))
                .filter(executable ->
                        Arrays.stream(executable.getParameterTypes()).allMatch(BadArguments::isKnown))
                .sorted(Comparator.comparing(Executable::toString))
                .toList();
    }

    @FunctionalInterface
    private interface Check {
        void of(Class<?> type, Executable executable, List<String> found);
    }

    private static Stream<DynamicTest> each(List<Class<?>> types, Check check) {
        return types.stream()
                .flatMap(type -> executables(type).stream()
                        .collect(Collectors.groupingBy(Executable::getName, LinkedHashMap::new, Collectors.toList()))
                        .entrySet()
                        .stream()
                        .map(entry -> DynamicTest.dynamicTest(type.getSimpleName() + "." + entry.getKey(), () -> {
                            List<String> found = new ArrayList<>();
                            entry.getValue().forEach(executable -> check.of(type, executable, found));
                            assertEquals(List.of(), found);
                            assertEquals(List.of(), Executor.recorders(), "of tapes and scopes");
                        })));
    }

    @TestFactory
    Stream<DynamicTest> badArgumentsGiveResultsOrAreTold() {
        return each(Stream.concat(OPS.stream(), OTHERS.stream()).toList(), EveryMethodSafetyTest::call);
    }

    private static void call(Class<?> type, Executable executable, List<String> found) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < CALLS; i++) {
            Object[] arguments = arguments(executable, random);
            String fault = fault(type, executable, random, arguments);
            if (fault != null) {
                found.add(executable.getName() + " of " + Arrays.deepToString(arguments) + " -> " + fault);
                return;
            }
        }
    }

    /** Null where it is not allowed is an exception that names the parameter, or, of an op, its input. */
    @TestFactory
    Stream<DynamicTest> nullIsToldByTheNameOfTheParameter() {
        return each(OTHERS, EveryMethodSafetyTest::callWithNull);
    }

    private static void callWithNull(Class<?> type, Executable executable, List<String> found) {
        for (int i = 0; i < executable.getParameterCount(); i++) {
            Parameter parameter = executable.getParameters()[i];
            if (parameter.getType().isPrimitive()
                    || parameter.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                continue;
            }
            // Of numbered ones, what they are called together.
            String name = parameter.getName().replaceAll("\\d", "");
            SplittableRandom random = new SplittableRandom(SEED);
            for (int call = 0; call < CALLS; call++) {
                Object[] arguments = arguments(executable, random);
                arguments[i] = null;
                Throwable thrown = thrown(type, executable, random, arguments);
                String message = thrown == null ? "" : String.valueOf(thrown.getMessage());
                String fault = thrown == null
                        ? "no exception"
                        : thrown instanceof NullPointerException
                                ? message.contains(name) ? null : thrown.toString()
                                : fault(thrown);
                if (fault != null) {
                    found.add(executable.getName() + ": " + parameter.getName() + " is null -> " + fault);
                    break;
                }
            }
        }
    }

    private static Object[] arguments(Executable executable, SplittableRandom random) {
        return Arrays.stream(executable.getGenericParameterTypes())
                .map(parameter -> BadArguments.argument(parameter, random))
                .toArray();
    }

    private static @Nullable String fault(
            Class<?> type, Executable executable, SplittableRandom random, Object... arguments) {
        Throwable thrown = thrown(type, executable, random, arguments);
        return thrown == null ? null : fault(thrown);
    }

    /** What a call ends with; null for a result. */
    private static @Nullable Throwable thrown(
            Class<?> type, Executable executable, SplittableRandom random, Object... arguments) {
        // It may be of an interface that is not public by itself.
        executable.setAccessible(true);
        Object target = null;
        try {
            if (executable instanceof Constructor<?> constructor) {
                use(constructor.newInstance(arguments), type, random);
                return null;
            }
            Method method = (Method) executable;
            target = Modifier.isStatic(method.getModifiers()) ? null : BadArguments.argument(type, random);
            use(method.invoke(target, arguments), method.getGenericReturnType(), random);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            return e;
        } finally {
            close(target);
        }
    }

    private static void close(@Nullable Object target) {
        if (target instanceof GradientTape tape) {
            tape.close();
        } else if (target instanceof TensorScope scope) {
            scope.close();
        }
    }

    private static @Nullable String fault(Throwable e) {
        boolean told = e instanceof IllegalArgumentException
                || e instanceof IllegalStateException
                // Of toIntArray, as it says.
                || e instanceof ArithmeticException
                // Of gradients that differ.
                || e.getClass() == AssertionError.class
                || (e instanceof NullPointerException && isOfACheck(e));
        return told && e.getMessage() != null && !e.getMessage().isBlank()
                ? null
                : e + " at " + Arrays.stream(e.getStackTrace()).limit(3).toList();
    }

    /** Whether null was looked for: an array or list may hold some. */
    private static boolean isOfACheck(Throwable e) {
        return e.getStackTrace()[0].getClassName().equals(Objects.class.getName());
    }

    /** What is pending fails when it is asked for, and a function when it is called. */
    private static void use(@Nullable Object result, Type type, SplittableRandom random)
            throws ReflectiveOperationException {
        if (result instanceof Tensor tensor) {
            tensor.evaluate();
        } else if (result instanceof List<?> list) {
            for (Object element : list) {
                use(element, Object.class, random);
            }
        } else if (result != null && result.getClass().isRecord() && !(result instanceof GradientCheck)) {
            for (RecordComponent component : result.getClass().getRecordComponents()) {
                use(component.getAccessor().invoke(result), Object.class, random);
            }
        } else if (result != null) {
            Type function = type instanceof Class<?> of && of.getGenericInterfaces().length == 1
                    ? of.getGenericInterfaces()[0]
                    : type;
            Method method = BadArguments.function(BadArguments.raw(function));
            if (method != null && function instanceof ParameterizedType of) {
                Object[] given = method.getParameterCount() == 0
                        ? new Object[0]
                        : new Object[] {BadArguments.argument(of.getActualTypeArguments()[0], random)};
                use(method.invoke(result, given), Object.class, random);
            } else if (result instanceof Runnable code) {
                code.run();
            }
        }
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
