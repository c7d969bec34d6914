package io.autodiff.nd4j;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Index;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.op.Attributes;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.transform.GradientCheck;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arguments by the type of a parameter: what a method was not made for, and good ones among them. A function that is asked for gives such
 * things, too, and null at times.
 */
final class BadArguments {
    static final Tensor VECTOR = Tensors.of(new double[] {0.5, -1, 2});
    static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    /** Of no shape that times 2^31 bytes would be allowed. */
    static final List<Tensor> TENSORS = List.of(
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

    /** What is the same at each call. */
    private static final Map<Class<?>, List<?>> VALUES = Map.ofEntries(
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
            Map.entry(
                    Attributes.class,
                    List.of(Attributes.NONE, Attributes.of("i", 3L), Attributes.of("i", "text", "", List.of(1L, 2L)))),
            Map.entry(Tensor.class, TENSORS));

    /** What can be changed, or closed, and is made for each call. */
    private static final Map<Class<?>, List<Supplier<?>>> MADE = Map.ofEntries(
            Map.entry(
                    Variable.class,
                    List.of(
                            () -> Variable.of(1.5),
                            () -> Variable.of(VECTOR),
                            () -> Variable.of(new float[][] {{1, 2, 3}, {4, 5, 6}}),
                            () -> Variable.of(new int[] {1, 2, 3}),
                            () -> Variable.builder(true).trainable(false).build())),
            Map.entry(
                    Operand.class,
                    Stream.concat(
                                    TENSORS.stream().<Supplier<?>>map(tensor -> () -> tensor),
                                    Stream.of(() -> Variable.of(VECTOR), () -> Variable.of(3)))
                            .toList()),
            Map.entry(
                    GradientAndVariable.class,
                    List.of(
                            () -> GradientAndVariable.of(VECTOR, Variable.of(VECTOR)),
                            () -> GradientAndVariable.of(null, Variable.of(VECTOR)),
                            () -> GradientAndVariable.of(MATRIX, Variable.of(VECTOR)),
                            () -> GradientAndVariable.of(VECTOR.castTo(DType.FLOAT32), Variable.of(VECTOR)),
                            () -> GradientAndVariable.of(Tensors.of(1), Variable.of(1)),
                            () -> GradientAndVariable.of(VECTOR.log(), Variable.of(VECTOR)))),
            Map.entry(
                    INDArray.class,
                    List.of(
                            () -> Nd4j.createFromArray(1.0, 2.0, 3.0),
                            () -> Nd4j.scalar(2f),
                            () -> Nd4j.create(DataType.DOUBLE, 0, 3),
                            () -> Nd4j.zeros(DataType.DOUBLE, 4, 5).transpose().getRow(2),
                            () -> Nd4j.zeros(DataType.INT8, 3),
                            () -> Nd4j.create("text"),
                            () -> closed(Nd4j.zeros(DataType.DOUBLE, 3), 0),
                            () -> closed(Nd4j.zeros(DataType.DOUBLE, 3, 3), 1),
                            BadArguments::ofWorkspaceThatWasLeft,
                            () -> over(new long[] {1000, 1000}, new long[] {1000, 1}, 0),
                            () -> over(new long[] {3}, new long[] {2}, 0),
                            () -> over(new long[] {3}, new long[] {1}, 2),
                            () -> over(new long[] {2, 3}, new long[] {0, 1}, 0))),
            Map.entry(
                    Object.class,
                    List.of(
                            () -> 3,
                            () -> 2.5,
                            () -> true,
                            () -> 'c',
                            () -> "text",
                            () -> new Object(),
                            () -> new byte[] {1},
                            () -> new double[0],
                            () -> new double[][] {{1, 2}, {3}},
                            () -> new double[][] {{}, {3}},
                            () -> new double[][] {{1}, null},
                            () -> new Integer[] {1, null},
                            () -> new Object[] {1, 2},
                            () -> new int[] {Integer.MAX_VALUE, -1, 3},
                            () -> Nd4j.createFromArray(1.0, 2.0, 3.0),
                            () -> closed(Nd4j.zeros(DataType.DOUBLE, 3), 0),
                            () -> VECTOR,
                            () -> Variable.of(VECTOR))),
            Map.entry(Random.class, List.of(() -> Random.seeded(3))),
            Map.entry(Variable.Builder.class, List.of(() -> Variable.builder(VECTOR))),
            Map.entry(Sgd.class, List.of(() -> new Sgd(0.5))),
            Map.entry(TensorScope.class, List.of(TensorScope::open)),
            Map.entry(
                    GradientCheck.class, List.of(() -> GradientCheck.standard().withOrder(1))),
            Map.entry(
                    GradientTape.class,
                    List.of(
                            () -> watching(GradientTape.open()),
                            () -> watching(
                                    GradientTape.builder().persistent(true).open()),
                            () -> {
                                GradientTape tape = watching(GradientTape.open());
                                tape.close();
                                return tape;
                            })));

    private BadArguments() {}

    private static GradientTape watching(GradientTape tape) {
        tape.watch(TENSORS);
        return tape;
    }

    /** The array itself, or with so many axes less a part of it. */
    private static INDArray closed(INDArray array, int axes) {
        INDArray given = axes == 0 ? array : array.slice(1);
        array.close();
        return given;
    }

    private static INDArray ofWorkspaceThatWasLeft() {
        WorkspaceConfiguration configuration =
                WorkspaceConfiguration.builder().initialSize(1024).build();
        try (MemoryWorkspace ignored =
                Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "BAD_ARGUMENTS")) {
            return Nd4j.createFromArray(1.0, 2.0, 3.0);
        }
    }

    /** An array over a buffer of three elements, however many it says that it has. */
    static INDArray over(long[] shape, long[] strides, long offset) {
        return Nd4j.create(Nd4j.createFromArray(1.0, 2.0, 3.0).data(), shape, strides, offset, 'c');
    }

    /** Whether there are arguments of a type. */
    static boolean isKnown(Class<?> type) {
        return VALUES.containsKey(type)
                || MADE.containsKey(type)
                || type.isEnum()
                || type == List.class
                || function(type) != null
                || (type.isArray() && isKnown(type.getComponentType()));
    }

    /** The one method of an interface of functions. */
    static @Nullable Method function(Class<?> type) {
        List<Method> methods = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .toList();
        return type.isInterface() && methods.size() == 1 ? methods.get(0) : null;
    }

    /** An argument for a parameter; null only of what a function gives. */
    static Object argument(Type type, SplittableRandom random) {
        Class<?> raw = raw(type);
        List<?> values = raw.isEnum() ? List.of(raw.getEnumConstants()) : VALUES.get(raw);
        if (values != null) {
            return values.get(random.nextInt(values.size()));
        }
        List<Supplier<?>> makers = MADE.get(raw);
        if (makers != null) {
            return makers.get(random.nextInt(makers.size())).get();
        }
        Method function = function(raw);
        if (function != null && raw != List.class) {
            return function(raw, result(type, function), random);
        }
        Type component = raw == List.class ? parameter(type, 0) : raw.getComponentType();
        Object[] some = new Object[random.nextInt(4)];
        for (int i = 0; i < some.length; i++) {
            some[i] = argument(component, random);
        }
        if (raw == List.class) {
            return List.of(some);
        }
        Object array = Array.newInstance(raw.getComponentType(), some.length);
        for (int i = 0; i < some.length; i++) {
            Array.set(array, i, some[i]);
        }
        return array;
    }

    private static Object function(Class<?> type, Type result, SplittableRandom random) {
        return Proxy.newProxyInstance(
                BadArguments.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == given[0];
                            default -> "a function to " + result;
                        };
                    }
                    boolean nothing = result == void.class
                            || (random.nextInt(8) == 0 && !raw(result).isPrimitive());
                    return nothing ? null : argument(result, random);
                });
    }

    /** What a function gives: as the method says, or the last of the type's parameters. */
    private static Type result(Type type, Method function) {
        Class<?> result = function.getReturnType();
        if (result != Object.class || !(type instanceof ParameterizedType of)) {
            return result == List.class ? function.getGenericReturnType() : result;
        }
        return of.getActualTypeArguments()[of.getActualTypeArguments().length - 1];
    }

    static Type parameter(Type type, int number) {
        return type instanceof ParameterizedType of ? of.getActualTypeArguments()[number] : Tensor.class;
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        } else if (type instanceof ParameterizedType of) {
            return (Class<?>) of.getRawType();
        } else if (type instanceof WildcardType wild) {
            return wild.getLowerBounds().length > 0 ? raw(wild.getLowerBounds()[0]) : raw(wild.getUpperBounds()[0]);
        }
        return Object.class;
    }
}
