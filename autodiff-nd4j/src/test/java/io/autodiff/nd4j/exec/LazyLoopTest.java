package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopForm;
import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** When a kernel is compiled. */
class LazyLoopTest {
    private static final LoopProgram PROGRAM = new LoopProgram(
            List.of(new Axis(5, false)),
            List.of(new Input(DType.FLOAT32, List.of(true))),
            List.of(new Load(0, DType.FLOAT32), new Apply(ScalarFunction.NEG, DType.FLOAT32, List.of(0))),
            List.of(Output.ofPositions(1)));

    /** Counts what it compiles, and fails on demand. */
    private static final class Counting implements KernelCompiler {
        boolean failing;
        int asked;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public String obstacle() {
            return null;
        }

        @Override
        public boolean isThere() {
            return true;
        }

        @Override
        public boolean supports(ScalarFunction function, DType dtype) {
            return true;
        }

        @Override
        public int lanes(LoopProgram program) {
            return 1;
        }

        @Override
        public LoopKernel compile(LoopProgram program, LoopForm form) {
            asked++;
            if (failing) {
                throw new IllegalStateException("was told to fail");
            }
            return arguments -> {};
        }
    }

    private final Counting compiler = new Counting();

    @Test
    void whatComesAgainIsCompiledOnce() {
        LazyLoop loop = new LazyLoop(PROGRAM, compiler, false);
        assertNull(loop.get());
        assertNull(loop.get());
        assertEquals(0, compiler.asked);
        assertNotNull(loop.get());
        assertNotNull(loop.get());
        assertEquals(1, compiler.asked);
    }

    @Test
    void whatIsAskedForAtOnceIsThereAtOnce() {
        assertNotNull(new LazyLoop(PROGRAM, compiler, true).get());
        assertEquals(1, compiler.asked);
    }

    @Test
    void whatDoesNotCompileIsTriedOnce() {
        compiler.failing = true;
        LazyLoop loop = new LazyLoop(PROGRAM, compiler, false);
        List<LogRecord> told = new ArrayList<>();
        Logger logger = Logger.getLogger(LazyLoop.class.getName());
        logger.setFilter(entry -> {
            told.add(entry);
            return false;
        });
        try {
            for (int i = 0; i < 5; i++) {
                assertNull(loop.get());
            }
        } finally {
            logger.setFilter(null);
        }
        assertEquals(1, compiler.asked);
        assertEquals(1, told.size());
    }
}
