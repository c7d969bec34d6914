package io.autodiff.benchmarks;

import java.util.Random;

/** The numbers that all peers start from, and the test that they do the same work. */
final class Peers {
    private static final double TOLERANCE = 1e-5;

    private Peers() {}

    /**
     * {@return numbers of the standard normal distribution, the same for each peer}
     *
     * @param seed of the numbers
     * @param count how many
     */
    static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /**
     * {@return weights of the normal distribution that keep the size of what goes through them}
     *
     * @param seed of the numbers
     * @param inputs how many are summed
     * @param outputs how many sums
     */
    static float[] weights(long seed, int inputs, int outputs) {
        float[] numbers = normal(seed, inputs * outputs);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] /= (float) Math.sqrt(inputs);
        }
        return numbers;
    }

    /**
     * {@return one row for each example, with 1 at its class}
     *
     * @param examples how many
     * @param classes how many
     */
    static float[] labels(int examples, int classes) {
        float[] labels = new float[examples * classes];
        for (int i = 0; i < examples; i++) {
            labels[i * classes + i % classes] = 1;
        }
        return labels;
    }

    /**
     * {@return the same numbers as rows, which is how a tensor takes a matrix}
     *
     * @param numbers row by row
     * @param columns numbers in a row
     */
    static float[][] rows(float[] numbers, int columns) {
        float[][] rows = new float[numbers.length / columns][columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(numbers, i * columns, rows[i], 0, columns);
        }
        return rows;
    }

    /**
     * Throws unless two numbers agree.
     *
     * @param name of what is compared
     * @param actual what it gave
     * @param expected what the peer gives that the others are compared with
     */
    static void requireClose(String name, float actual, float expected) {
        requireClose(name, new float[] {actual}, new float[] {expected});
    }

    /**
     * Throws unless all numbers of two arrays agree, within a part of the largest: what is left where numbers cancel is rounding.
     *
     * @param name of what is compared
     * @param actual what it gave
     * @param expected what the peer gives that the others are compared with
     */
    static void requireClose(String name, float[] actual, float[] expected) {
        double largest = 0;
        for (float number : expected) {
            largest = Math.max(largest, Math.abs(number));
        }
        boolean close = actual.length == expected.length;
        int at = 0;
        for (int i = 0; close && i < expected.length; i++) {
            at = i;
            // Not "error > tolerance": NaN must fail.
            close = Math.abs((double) actual[i] - expected[i]) <= TOLERANCE * largest;
        }
        if (!close) {
            throw new IllegalStateException(
                    name + " gives " + actual.length + " numbers, and number " + at + " is " + actual[at]
                            + ", where its peer gives " + expected.length + " and " + expected[at]
                            + ": they do not compute the same, so their times cannot be compared");
        }
    }
}
