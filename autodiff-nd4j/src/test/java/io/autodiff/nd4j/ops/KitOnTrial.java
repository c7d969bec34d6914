package io.autodiff.nd4j.ops;

import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The kit over any ops, with any samples, run by hand. */
final class KitOnTrial extends OpCompatibilityKit {
    private final List<Op> ops;
    private final List<OpSample> samples;
    private final Map<String, UnaryOperator<Tensor>> forms;
    private final Map<String, String> excused;

    /** Of ops whose samples are neither empty nor of size 1. */
    KitOnTrial(List<Op> ops, List<OpSample> samples, Map<String, UnaryOperator<Tensor>> forms) {
        this(
                ops,
                samples,
                forms,
                ops.stream()
                        .filter(op -> op.elementwise() == null)
                        .collect(Collectors.toMap(Op::name, op -> "it is enough to be wrong once")));
    }

    KitOnTrial(
            List<Op> ops,
            List<OpSample> samples,
            Map<String, UnaryOperator<Tensor>> forms,
            Map<String, String> excused) {
        this.ops = ops;
        this.samples = samples;
        this.forms = forms;
        this.excused = excused;
    }

    @Override
    protected Map<String, String> opsWithoutEmptySample() {
        return excused;
    }

    @Override
    protected Map<String, String> opsWithoutUnitAxisSample() {
        return excused;
    }

    @Override
    protected OpProvider provider() {
        return new OpProvider() {
            @Override
            public String name() {
                return "tested";
            }

            @Override
            public List<Op> ops() {
                return ops;
            }
        };
    }

    @Override
    protected List<OpSample> samples() {
        return samples;
    }

    @Override
    protected Map<String, UnaryOperator<Tensor>> storageForms() {
        return forms;
    }

    @Override
    protected List<String> kernelFaults(OpCall<Tensor> call) {
        return KernelFaults.of(call);
    }

    /** The names of the checks that fail. */
    Set<String> failures() throws IllegalAccessException {
        Set<String> failed = new TreeSet<>();
        for (Method check : OpCompatibilityKit.class.getDeclaredMethods()) {
            if (!check.isAnnotationPresent(Test.class) && !check.isAnnotationPresent(TestFactory.class)) {
                continue;
            }
            check.setAccessible(true);
            try {
                if (check.invoke(this) instanceof Stream<?> tests) {
                    for (Object test : tests.toList()) {
                        ((DynamicTest) test).getExecutable().execute();
                    }
                }
            } catch (InvocationTargetException e) {
                failed.add(check.getName());
            } catch (IllegalAccessException e) {
                throw e;
            } catch (Throwable e) {
                failed.add(check.getName());
            }
        }
        return failed;
    }
}
