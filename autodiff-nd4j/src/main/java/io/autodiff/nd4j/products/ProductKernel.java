package io.autodiff.nd4j.products;

/**
 * One computation on memory, ready to run. Several threads may run one kernel.
 *
 * <pre>{@code
 * ProductKernel kernel = Products.find(product);
 * boolean done = kernel.run(x, y, 0, z);
 * }</pre>
 */
@FunctionalInterface
public interface ProductKernel {
    /**
     * Runs. Nothing is checked: a wrong address ends the process.
     *
     * @param x where the first input is
     * @param y where the second input is; any number if there is none
     * @param bias where the bias is; any number if there is none
     * @param z where the result goes; it shares no memory with the inputs
     * @return false if elements of the inputs are such that the result, as far as there is one, is not right
     */
    boolean run(long x, long y, long bias, long z);
}
