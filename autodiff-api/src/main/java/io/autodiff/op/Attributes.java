package io.autodiff.op;

import io.autodiff.DType;
import io.autodiff.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The named settings of one op call: immutable, equal by content. A value is a Boolean, Long, Double, String, {@link DType},
 * {@link Shape}, or a list of Long.
 *
 * <pre>{@code
 * Attributes a = Attributes.of("axes", List.of(0L, 1L), "keepDims", true);
 * a.longs("axes");          // [0, 1]
 * a.flag("keepDims");       // true
 * }</pre>
 */
public final class Attributes {
    /** No attributes. */
    public static final Attributes NONE = new Attributes(new String[0], new Object[0]);

    static final List<Class<?>> TYPES =
            List.of(Boolean.class, Long.class, Double.class, String.class, DType.class, Shape.class, List.class);

    /** In alphabetical order. */
    private final String[] names;

    private final Object[] values;

    private Attributes(String[] names, Object[] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * One attribute.
     *
     * @param name its name
     * @param value its value
     * @return the attributes
     * @throws IllegalArgumentException if the value is of no attribute type
     */
    public static Attributes of(String name, Object value) {
        return ofPairs(name, value);
    }

    /**
     * Two attributes.
     *
     * @param name1 the first name
     * @param value1 the first value
     * @param name2 the second name
     * @param value2 the second value
     * @return the attributes
     * @throws IllegalArgumentException if a name is given twice or a value is of no attribute type
     */
    public static Attributes of(String name1, Object value1, String name2, Object value2) {
        return ofPairs(name1, value1, name2, value2);
    }

    /**
     * Any number of attributes.
     *
     * @param namesAndValues name, value, name, value and so on
     * @return the attributes
     * @throws IllegalArgumentException if a name is given twice, is no string, or a value is of no attribute type
     */
    public static Attributes ofPairs(Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("attributes come in pairs of name and value");
        }
        String[] names = new String[namesAndValues.length / 2];
        Object[] values = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            if (!(namesAndValues[2 * i] instanceof String name)) {
                throw new IllegalArgumentException("an attribute's name is a string, not " + namesAndValues[2 * i]);
            }
            if (!insert(name, immutable(name, namesAndValues[2 * i + 1]), names, values, i)) {
                throw new IllegalArgumentException("attribute '" + name + "' is given twice");
            }
        }
        return new Attributes(names, values);
    }

    /** Puts one more among so many in order, unless there is one of the name. */
    private static boolean insert(String name, Object value, String[] names, Object[] values, int count) {
        int place = count;
        while (place > 0 && names[place - 1].compareTo(name) > 0) {
            place--;
        }
        if (place > 0 && names[place - 1].equals(name)) {
            return false;
        }
        System.arraycopy(names, place, names, place + 1, count - place);
        System.arraycopy(values, place, values, place + 1, count - place);
        names[place] = name;
        values[place] = value;
        return true;
    }

    private @Nullable Object value(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return values[i];
            }
        }
        return null;
    }

    static Object immutable(String name, Object value) {
        if (value == null) {
            throw new NullPointerException("the value of the attribute '" + name + "'");
        }
        if (value instanceof List<?> list) {
            for (Object element : list) {
                if (!(element instanceof Long)) {
                    throw new IllegalArgumentException("attribute '" + name + "' is a list of Long, with " + element);
                }
            }
            return List.copyOf(list);
        }
        if (!TYPES.contains(value.getClass())) {
            throw new IllegalArgumentException("attribute '" + name + "' has a value of "
                    + value.getClass().getName() + "; use Boolean, Long, Double, String, DType, Shape or List<Long>");
        }
        return value;
    }

    /**
     * A yes-or-no setting.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public boolean flag(String name) {
        return get(name, Boolean.class);
    }

    /**
     * A whole number.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public long integer(String name) {
        return get(name, Long.class);
    }

    /**
     * A real number.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public double real(String name) {
        return get(name, Double.class);
    }

    /**
     * A text.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public String text(String name) {
        return get(name, String.class);
    }

    /**
     * A list of whole numbers, such as axes.
     *
     * @param name the attribute
     * @return its value, as an array of the caller's own
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public long[] longs(String name) {
        List<?> list = get(name, List.class);
        long[] longs = new long[list.size()];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = (Long) list.get(i);
        }
        return longs;
    }

    /**
     * An element type.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public DType dtype(String name) {
        return get(name, DType.class);
    }

    /**
     * A shape.
     *
     * @param name the attribute
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public Shape shape(String name) {
        return get(name, Shape.class);
    }

    /**
     * An attribute of any type.
     *
     * @param name the attribute
     * @param type its type
     * @param <V> its type
     * @return its value
     * @throws IllegalArgumentException if there is no such attribute of that type
     */
    public <V> V get(String name, Class<V> type) {
        Object value = value(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "no attribute '" + name + "' of type " + type.getSimpleName() + " in " + this);
        }
        return type.cast(value);
    }

    /** These, and the defaults of those that are declared and not here. */
    Attributes withDefaults(Map<String, Attribute<?>> declared) {
        Attributes all = this;
        for (Attribute<?> attribute : declared.values()) {
            Object value = attribute.defaultValue();
            if (value != null && value(attribute.name()) == null) {
                all = all.with(attribute.name(), value);
            }
        }
        return all;
    }

    private Attributes with(String name, Object value) {
        String[] moreNames = Arrays.copyOf(names, names.length + 1);
        Object[] moreValues = Arrays.copyOf(values, names.length + 1);
        insert(name, value, moreNames, moreValues, names.length);
        return new Attributes(moreNames, moreValues);
    }

    /** Says what is wrong with these attributes for an op that declares the given ones; null if nothing is. */
    @Nullable
    String mismatch(Map<String, Attribute<?>> declared) {
        for (Attribute<?> attribute : declared.values()) {
            String problem = attribute.problem(value(attribute.name()));
            if (problem != null) {
                return problem;
            }
        }
        if (names.length != declared.size()) {
            return "attributes " + this + " hold more than the declared " + declared.keySet();
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Attributes a && Arrays.equals(names, a.names) && Arrays.equals(values, a.values));
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
    }

    /** {@return the names and values, such as {@code {axes=[0], keepDims=true}}} */
    @Override
    public String toString() {
        return IntStream.range(0, names.length)
                .mapToObj(i -> names[i] + "=" + values[i])
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
