package io.autodiff.op;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A setting that an op declares: its name and type, what it is where a call does not give it, and what it must be.
 *
 * <pre>{@code
 * Op.named("leaky").inputs("x")
 *     .attribute(Attribute.of("slope", Double.class).defaultsTo(0.01).mustBe("in [0, 1)", a -> a >= 0 && a < 1))
 *     .shape(Shapes.floating("x"))
 *     .gradient("x", (c, dy) -> Tensors.where(c.input("x").gt(0), dy, dy.mul(c.attributes().real("slope"))))
 * ...
 * Executor.execute("leaky", Attributes.of("slope", 2.0), x);      // leaky(x=float64[3]): attribute 'slope' is 2.0, it must be in [0, 1)
 * }</pre>
 *
 * @param <V> the type of its values
 */
public final class Attribute<V> {
    private final String name;
    private final Class<V> type;
    private final @Nullable V defaultValue;
    private final String requirement;
    private final Predicate<? super V> condition;

    private Attribute(
            String name, Class<V> type, @Nullable V defaultValue, String requirement, Predicate<? super V> condition) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.requirement = requirement;
        this.condition = condition;
    }

    /**
     * An attribute that each call must give, and that may have any value of its type.
     *
     * @param name its name
     * @param type Boolean, Long, Double, String, DType, Shape, or List for a list of Long
     * @param <V> its type
     * @return the attribute
     * @throws IllegalArgumentException if attributes cannot be of that type
     */
    public static <V> Attribute<V> of(String name, Class<V> type) {
        if (!Attributes.TYPES.contains(type)) {
            throw new IllegalArgumentException("attribute '" + name + "' cannot be a " + type.getName()
                    + "; use Boolean, Long, Double, String, DType, Shape or List");
        }
        return new Attribute<>(name, type, null, "", value -> true);
    }

    /**
     * Says what it is in a call that does not give it.
     *
     * @param value the default
     * @return the attribute with this default
     * @throws IllegalArgumentException if it cannot have that value
     */
    public Attribute<V> defaultsTo(V value) {
        V immutable = type.cast(Attributes.immutable(name, value));
        return new Attribute<>(name, type, immutable, requirement, condition).checked();
    }

    /**
     * Says what its values must be.
     *
     * @param must the end of a sentence that begins with <i>it must be</i>, such as {@code positive}
     * @param holds whether a value is so
     * @return the attribute with this requirement
     * @throws IllegalArgumentException if its default is not so
     */
    public Attribute<V> mustBe(String must, Predicate<? super V> holds) {
        return new Attribute<>(name, type, defaultValue, must, holds).checked();
    }

    private Attribute<V> checked() {
        String problem = defaultValue == null ? null : problem(defaultValue);
        if (problem != null) {
            throw new IllegalArgumentException("the default does not fit: " + problem);
        }
        return this;
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the type of its values} */
    public Class<V> type() {
        return type;
    }

    /** {@return what it is where a call does not give it; null if each call must} */
    public @Nullable V defaultValue() {
        return defaultValue;
    }

    /** {@return what its values must be, as the end of a sentence; empty if any will do} */
    public String requirement() {
        return requirement;
    }

    /** Says what is wrong with a value, null for one that is missing; null if nothing is. */
    @Nullable
    String problem(@Nullable Object value) {
        if (!type.isInstance(value)) {
            return "attribute '" + name + "' must be a " + type.getSimpleName() + ", it is "
                    + (value == null ? "missing" : value);
        }
        return condition.test(type.cast(value))
                ? null
                : "attribute '" + name + "' is " + value + ", it must be " + requirement;
    }

    /** {@return name and type, then default and requirement, such as {@code slope: Double = 0.01, in [0, 1)}} */
    @Override
    public String toString() {
        return name + ": " + type.getSimpleName() + (defaultValue == null ? "" : " = " + defaultValue)
                + (requirement.isEmpty() ? "" : ", " + requirement);
    }
}
