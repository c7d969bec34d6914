package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Stopping distance (feet) against speed (miles an hour) of fifty cars: the data of M. Ezekiel, Methods of Correlation
 * Analysis, Wiley 1930, as R's datasets have it under the name of {@code cars}.
 */
final class RegressionChapter {
    /** The least-squares line by the normal equations, in exact fractions: 26937/6850 and -301042/17125. */
    private static final double SLOPE = 3.9324087591240877;

    private static final double INTERCEPT = -17.579094890510948;

    private RegressionChapter() {}

    static void run(Checks check) {
        check.chapter("Linear regression: stopping distance of cars by speed");
        gradientDescent(check);
    }

    /** With speed at mean 0 and deviation 1, each step of rate 1/2 halves the distance to the solution. */
    private static void gradientDescent(Checks check) {
        Tensor speed = column(0);
        Tensor distance = column(1);
        Tensor mean = speed.mean();
        Tensor deviation = speed.sub(mean).square().mean().sqrt();
        Tensor x = speed.sub(mean).div(deviation);

        Variable w = Variable.builder(0.0).name("w").build();
        Variable b = Variable.builder(0.0).name("b").build();
        Sgd sgd = new Sgd(0.5);
        for (int step = 0; step < 80; step++) {
            sgd.minimize(() -> loss(distance, x.mul(w).add(b)), List.of(w, b));
        }

        Tensor slope = w.div(deviation);
        Tensor intercept = b.sub(slope.mul(mean));
        check.same("cars", speed.shape().toString(), "[50]");
        check.close("slope, feet per mile an hour", slope, FLOAT64, SLOPE);
        check.close("intercept, feet", intercept, FLOAT64, INTERCEPT);
        check.close("loss", loss(distance, speed.mul(slope).add(intercept)), FLOAT64, 113.53521051094887);
    }

    /** Half the mean square of what the line misses. */
    private static Tensor loss(Tensor y, Tensor line) {
        return y.sub(line).square().mean().mul(0.5);
    }

    private static Tensor column(int number) {
        try (BufferedReader csv = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RegressionChapter.class.getResourceAsStream("cars.csv"), "cars.csv"),
                StandardCharsets.UTF_8))) {
            return Tensors.of(csv.lines()
                    .skip(1)
                    .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[number]))
                    .toArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
