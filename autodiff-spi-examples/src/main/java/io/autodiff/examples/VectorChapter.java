package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT32;

import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.GradientTape;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;

/** Vectors, gradients inside the block, Java's own control flow, and where tensors are. */
final class VectorChapter {
    private VectorChapter() {}

    static void run(Checks check, long seed) {
        check.chapter("Vectors and control flow");
        innerProduct(check);
        gradientsInsideTheBlock(check);
        controlFlow(check, seed);
        device(check);
    }

    private static void innerProduct(Checks check) {
        Tensor x = Tensors.range(4).reshape(4, 1).castTo(DType.FLOAT32);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor xx = x.transpose().mmul(x);
            Tensor y = xx.mul(2);
            check.exactly("x'x of x = 0, 1, 2, 3", xx, "float32[1, 1]", 14);
            check.exactly("dy/dx of y = 2x'x", tape.gradientOrThrow(y, x), "float32[4, 1]", 0, 4, 8, 12);
        }
    }

    private static void gradientsInsideTheBlock(Checks check) {
        Tensor x = Tensors.range(4).reshape(4, 1).castTo(DType.FLOAT32);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            Tensor y = x.mul(x);
            Tensor z = y.mul(y);
            check.close("dz/dx of y = x*x, z = y*y", tape.gradient(z, x), FLOAT32, 0, 4, 32, 108);
            check.close("dy/dx", tape.gradient(y, x), FLOAT32, 0, 2, 4, 6);
        }
    }

    /** Doubles a until its norm is 1000; whether it then multiplies by 100 depends on the values. */
    private static Tensor f(Tensor a) {
        Tensor b = a.mul(2);
        while (b.norm2().item() < 1000) {
            b = b.mul(2);
        }
        return b.sum().item() > 0 ? b : b.mul(100);
    }

    /** f is a times a constant for every a, so that its gradient is f(a) / a, whichever way the program goes. */
    private static void controlFlow(Checks check, long seed) {
        Tensor random = Random.seeded(seed).normal(DType.FLOAT32, 1, 1).abs();
        check.same("a random number from seed " + seed, random.gt(0).toBooleanArray()[0], true);

        for (Tensor a : new Tensor[] {random, random.neg()}) {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(a);
                Tensor c = f(a);
                Tensor gradient = tape.gradientOrThrow(c, a);
                Tensor ratio = c.div(a);
                double ulps = Math.abs(gradient.item() - ratio.item()) / Math.ulp((float) ratio.item());
                check.close("dc/da at " + (float) a.item() + ", beside c/a", gradient, FLOAT32, (float) ratio.item());
                check.atMost("dc/da - c/a, in units of the last place", ulps, a.item() > 0 ? 0 : 1);
            }
        }
    }

    /** On a machine without a GPU: false and "". */
    private static void device(Checks check) {
        boolean cuda = Nd4j.getExecutioner().type() == ExecutionerType.CUDA;
        check.same("is there a GPU", Devices.isGpuAvailable(), cuda);
        if (!cuda) {
            check.same("its name", Devices.gpuName(), "");
        }
    }
}
