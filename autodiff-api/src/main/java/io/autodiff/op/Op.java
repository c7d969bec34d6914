package io.autodiff.op;

import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An operation on tensors: one immutable value that says all there is to say of it. Each method gives a new op with one more
 * thing said; {@link #checked} refuses one that is not whole.
 *
 * <pre>{@code
 * static final Op SIN = Op.named("sin").inputs("x")
 *     .shape(Shapes.floating("x"))
 *     .kernel(INDArray.class, c -> Transforms.sin(c.input("x"), true))
 *     .gradient("x", (c, dy) -> dy.mul(c.input("x").cos()));
 *
 * Tensor y = SIN.apply(x);                       // or, once its provider is registered, Executor.execute("sin", x)
 * }</pre>
 */
public final class Op {
    private final String name;
    private final OpParts parts;
    /** The rules of {@link OpParts#gradients} by input, for the backward pass to find them at once. */
    private final GradientFunction.@Nullable OfInput[] rules;

    private boolean whole; // only ever goes from false to true, so that a stale read costs one more check
    final OpCall.Recent recentSignatures = new OpCall.Recent();

    private Op(String name, OpParts parts) {
        this.name = name;
        this.parts = parts;
        this.rules = parts.inputs.stream().map(parts.gradients::get).toArray(GradientFunction.OfInput[]::new);
    }

    /**
     * Begins an op.
     *
     * @param name in snake_case, such as {@code reduce_sum}; the registry holds one op of a name
     * @return an op of which nothing but the name is said
     */
    public static Op named(String name) {
        if (!Objects.requireNonNull(name, "name").matches("[a-z][a-z0-9_.]*")) {
            throw new IllegalArgumentException("an op's name is in snake_case, not '" + name + "'");
        }
        return new Op(name, new OpParts());
    }

    /**
     * Names the inputs.
     *
     * @param names in the order in which the op is called
     * @return the op with these inputs
     */
    public Op inputs(String... names) {
        return with(p -> p.inputs = List.of(names));
    }

    /**
     * Makes the op take any number of inputs, one at least, that are treated alike under one name.
     *
     * @param inputsName what they are called together
     * @return the op with these inputs; its gradients come from {@link #gradients}
     */
    public Op variadicInputs(String inputsName) {
        return with(p -> {
            p.inputs = List.of(inputsName);
            p.variadic = true;
        });
    }

    /**
     * Names the outputs of an op that has not just one.
     *
     * @param names in order
     * @return the op with these outputs
     */
    public Op outputs(String... names) {
        return with(p -> p.outputs = List.of(names));
    }

    /**
     * Declares an attribute that each call must give.
     *
     * @param attribute its name
     * @param type as for {@link Attribute#of}
     * @return the op with this attribute
     */
    public Op attribute(String attribute, Class<?> type) {
        return attribute(Attribute.of(attribute, type));
    }

    /**
     * Declares an attribute.
     *
     * @param attribute its name and type, its default, and what its values must be
     * @return the op with this attribute
     */
    public Op attribute(Attribute<?> attribute) {
        return with(p -> p.attributes = plus(p.attributes, attribute.name(), attribute));
    }

    /**
     * Settles the output's shape and dtype.
     *
     * @param function of the input specs, to the one output's spec
     * @return the op with this shape rule
     */
    public Op shape(Function<OpCall<TensorSpec>, TensorSpec> function) {
        return shapes(function, c -> Collections.singletonList(function.apply(c)));
    }

    /**
     * Settles shape and dtype of several outputs.
     *
     * @param function of the input specs, to the outputs' specs
     * @return the op with this shape rule
     */
    public Op shapes(ShapeFunction function) {
        return shapes(function, function);
    }

    private Op shapes(Object author, ShapeFunction function) {
        return with(author, p -> p.shape = function);
    }

    /**
     * Computes the one output on arrays of a storage class.
     *
     * @param storage the array class, such as INDArray
     * @param kernel as {@link Kernel} has it, for one output
     * @param <T> the array class
     * @return the op with this kernel
     */
    public <T> Op kernel(Class<T> storage, Function<OpCall<T>, T> kernel) {
        return kernels(kernel, storage, c -> Collections.singletonList(kernel.apply(c)));
    }

    /**
     * Computes several outputs on arrays of a storage class.
     *
     * @param storage the array class, such as INDArray
     * @param kernel as {@link Kernel} has it
     * @param <T> the array class
     * @return the op with this kernel
     */
    public <T> Op kernels(Class<T> storage, Kernel<T> kernel) {
        return kernels(kernel, storage, kernel);
    }

    private <T> Op kernels(Object author, Class<T> storage, Kernel<T> kernel) {
        return with(author, p -> p.kernels = plus(p.kernels, storage, kernel));
    }

    /**
     * Says what the op computes for one element, for an op of one output that goes element by element, its inputs broadcast to
     * the output's shape. The engine needs no more: a kernel beside it computes the same for arrays, where that is faster.
     *
     * @param meaning the expression of the inputs' elements
     * @return the op with this meaning
     */
    public Op elementwise(Function<Elementwise, ScalarExpression> meaning) {
        return with(meaning, p -> p.elementwise = meaning.apply(new Elementwise(this)));
    }

    /**
     * Declares that inputs are broadcast against each other by NumPy's rule: the backward pass then sums each gradient to
     * its input's shape, and no rule does.
     *
     * @return the op, so declared
     */
    public Op broadcasting() {
        return with(p -> p.broadcasting = true);
    }

    /**
     * Declares that this op takes the place of another provider's op of the same name.
     *
     * @return the op, so declared
     */
    public Op overriding() {
        return with(p -> p.overriding = true);
    }

    /**
     * Gives the gradient of one input, for an op with one output.
     *
     * @param input the input's name
     * @param rule its gradient
     * @return the op with this gradient
     */
    public Op gradient(String input, GradientFunction.OfInput rule) {
        return with(rule, p -> p.gradients = plus(p.gradients, input, rule));
    }

    /**
     * Gives the gradients of all inputs together.
     *
     * @param rule the gradients
     * @return the op with these gradients
     */
    public Op gradients(GradientFunction rule) {
        return with(rule, p -> p.jointGradients = rule);
    }

    /**
     * Says that no gradient passes through some inputs.
     *
     * @param names the inputs; none for all of them
     * @return the op, so declared
     */
    public Op notDifferentiable(String... names) {
        return with(p -> {
            Set<String> all = new TreeSet<>(p.notDifferentiable);
            all.addAll(names.length == 0 ? p.inputs : List.of(names));
            p.notDifferentiable = Collections.unmodifiableSet(all);
        });
    }

    /**
     * Says that outputs are residuals: values that the forward kernel saves for the gradient. A gradient that reaches one is
     * an error.
     *
     * @param names the outputs
     * @return the op, so declared
     */
    public Op residuals(String... names) {
        return with(p -> p.residuals = Set.of(names));
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the inputs' names} */
    public List<String> inputNames() {
        return parts.inputs;
    }

    /** {@return the outputs' names} */
    public List<String> outputNames() {
        return parts.outputs;
    }

    /** {@return whether there is exactly one output} */
    public boolean hasOneOutput() {
        return parts.outputs.size() == 1;
    }

    /** {@return by name, the attributes that it declares} */
    public Map<String, Attribute<?>> attributes() {
        return parts.attributes;
    }

    /** {@return whether the one input name stands for any number of inputs} */
    public boolean isVariadic() {
        return parts.variadic;
    }

    /** {@return whether the backward pass sums gradients to the inputs' shapes} */
    public boolean isBroadcasting() {
        return parts.broadcasting;
    }

    /** {@return whether the op takes the place of another of its name} */
    public boolean isOverriding() {
        return parts.overriding;
    }

    /**
     * Whether an output is a residual.
     *
     * @param output its number, from 0
     * @return whether it was so declared
     */
    public boolean isResidual(int output) {
        return !parts.residuals.isEmpty() && parts.residuals.contains(parts.outputs.get(output));
    }

    /**
     * Whether a gradient can pass through an input.
     *
     * @param input its number, from 0
     * @return false if it was declared not differentiable
     */
    public boolean isDifferentiable(int input) {
        return parts.notDifferentiable.isEmpty() || !parts.notDifferentiable.contains(declaredName(input));
    }

    /**
     * The kernel for a storage class.
     *
     * @param storage the array class
     * @param <T> the array class
     * @return the kernel, or null if the op has none for it
     */
    @SuppressWarnings("unchecked") // kernels(Class<T>, Kernel<T>) is the only way in
    public <T> @Nullable Kernel<T> kernel(Class<T> storage) {
        return (Kernel<T>) parts.kernels.get(storage);
    }

    /** {@return what the op computes for one element; null unless it goes element by element} */
    public @Nullable ScalarExpression elementwise() {
        return parts.elementwise;
    }

    /**
     * Applies the op to tensors and variables.
     *
     * @param inputs in the op's order
     * @return the one output
     * @throws IllegalArgumentException if the op cannot take these inputs, or has not exactly one output
     */
    public Tensor apply(Operand... inputs) {
        return Executor.execute(this, Attributes.NONE, inputs);
    }

    /**
     * Refuses an op that is not whole: each needs an input, a shape function and a kernel or a scalar meaning, and for each
     * input a gradient or the word that it is not differentiable.
     *
     * @return this op
     * @throws IllegalStateException if something is missing or contradicts itself; the message names the op and the input
     */
    public Op checked() {
        if (!whole) {
            List<String> problems = WholeCheck.problems(parts);
            if (!problems.isEmpty()) {
                throw new IllegalStateException("op '" + name + "' is not whole: " + String.join("; ", problems));
            }
            whole = true;
        }
        return this;
    }

    /**
     * Settles the output specs of a call, and checks what comes back.
     *
     * @param call the attributes and the input specs
     * @return one spec for each output
     * @throws IllegalArgumentException if count, attributes, shapes or dtypes of the inputs do not fit
     */
    public List<TensorSpec> infer(OpCall<TensorSpec> call) {
        return ShapeCheck.infer(checked().parts, call);
    }

    /** {@return whether one rule gives the gradients of all inputs: {@link #gradients}, and not {@link #gradient}} */
    public boolean hasJointGradients() {
        return parts.jointGradients != null;
    }

    /**
     * The gradient rule of one input of an op that has no joint rule.
     *
     * @param input its number, from 0; never of one that is not differentiable
     * @return the rule
     */
    public GradientFunction.OfInput gradientRule(int input) {
        return Objects.requireNonNull(rules[input]);
    }

    /**
     * The gradients of a call's inputs, as the rules give them: neither checked nor summed to the inputs' shapes.
     *
     * @param call the call with its outputs
     * @param outputGradients one for each output
     * @param needed for each input, whether its gradient is asked for; never for one that is not differentiable
     * @return one for each input; null where it is unconnected or not needed
     */
    public List<? extends @Nullable Tensor> differentiate(
            OpCall<Tensor> call, List<Tensor> outputGradients, boolean[] needed) {
        if (parts.jointGradients != null) {
            return parts.jointGradients.apply(call, outputGradients, needed);
        }
        List<@Nullable Tensor> gradients = new ArrayList<>(needed.length);
        for (int i = 0; i < needed.length; i++) {
            gradients.add(needed[i] ? gradientRule(i).apply(call, outputGradients.get(0)) : null);
        }
        return gradients;
    }

    /** What messages call an input: its name, with its number where one name stands for many. */
    String inputName(int input) {
        return parts.variadic ? declaredName(input) + "[" + input + "]" : declaredName(input);
    }

    private String declaredName(int input) {
        return parts.variadic ? parts.inputs.get(0) : input < parts.inputs.size() ? parts.inputs.get(input) : "?";
    }

    /** The same op where a gradient is overridden: of one input, or of all inputs where none is named. */
    Op withGradient(@Nullable String input, GradientFunction.@Nullable OfInput rule, @Nullable GradientFunction joint) {
        return with(p -> p.overrideGradient(input, rule, joint));
    }

    /** These attributes, and the defaults of others. */
    Attributes withDefaults(Attributes given) {
        return parts.attributes.isEmpty() ? given : given.withDefaults(parts.attributes);
    }

    /** {@return the class that has the op's functions, as far as they are not the API's: a cache keeps the op no longer than that} */
    public @Nullable Class<?> author() {
        return parts.author;
    }

    private Op with(Object function, Consumer<OpParts> change) {
        Objects.requireNonNull(function, "function");
        return with(p -> {
            p.by(function);
            change.accept(p);
        });
    }

    private Op with(Consumer<OpParts> change) {
        OpParts copy = parts.copy();
        change.accept(copy);
        return new Op(name, copy);
    }

    private <K, V> Map<K, V> plus(Map<K, V> map, K key, V value) {
        Map<K, V> copy = new LinkedHashMap<>(map);
        if (copy.put(key, value) != null) {
            throw new IllegalStateException("op '" + name + "' says '" + key + "' twice");
        }
        return Collections.unmodifiableMap(copy);
    }

    /** {@return the name with inputs, outputs and attributes, such as {@code sum(x) -> output {keepDims=Boolean}}} */
    @Override
    public String toString() {
        return OpDescription.line(this);
    }

    OpParts parts() {
        return parts;
    }
}
