package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.array.MemoryPool;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a kernel keeps of a row from pass to pass is a part of the engine's memory, and lent for the time of the run. */
class KeptRowTest {
    private static final int LANES = 4;

    /** In place of compiled code: looks at where it may keep the row. */
    private static final class Looking implements KernelCompiler {
        private final int word;
        private long address;
        private long live;

        @Nullable
        private LoopForm form;

        Looking(LoopProgram program) {
            word = new LoopLayout(program).keptWord();
        }

        @Override
        public String name() {
            return "looking";
        }

        @Override
        public boolean isThere() {
            return true;
        }

        @Override
        @Nullable
        public String obstacle() {
            return null;
        }

        @Override
        public boolean supports(ScalarFunction function, DType dtype) {
            return true;
        }

        @Override
        public int lanes(LoopProgram program) {
            return LANES;
        }

        @Override
        public LoopKernel compile(LoopProgram program, LoopForm wanted) {
            form = wanted;
            return arguments -> {
                address = new LongPointer(arguments).get(word);
                live = MemoryPool.liveBytes();
            };
        }
    }

    /** exp(x) / sum(exp(x)) along rows. */
    private static LoopProgram shares(long rows, long columns) {
        return new LoopProgram(
                List.of(new Axis(rows, false), new Axis(columns, true)),
                List.of(new Input(DType.FLOAT32, List.of(true, true))),
                List.of(
                        new Load(0, DType.FLOAT32),
                        new Apply(ScalarFunction.EXP, DType.FLOAT32, List.of(0)),
                        new Reduce(Reduction.SUM, DType.FLOAT32, 1),
                        new Apply(ScalarFunction.DIV, DType.FLOAT32, List.of(1, 2))),
                List.of(Output.ofPositions(3)));
    }

    private static Looking run(LoopProgram program) {
        Looking compiler = new Looking(program);
        new FusedLoop(program, compiler).run(new long[] {64, 64}, new long[1]);
        assertNull(compiler.obstacle());
        return compiler;
    }

    @Test
    void aLongRowIsKeptInThePoolsMemory() {
        long columns = 1 << 18;
        Looking looking = run(shares(3, columns));
        assertEquals(new LoopForm(false, false), looking.form);
        assertEquals(0, looking.address % 64);
        assertTrue(looking.address != 0);
        assertTrue(MemoryPool.liveBytes() <= looking.live - columns * 4);
    }

    @Test
    void asManyShortRowsAreKeptAsAreComputedBesideEachOther() {
        Looking looking = run(shares(50, LANES * 32));
        assertEquals(new LoopForm(false, true), looking.form);
        assertTrue(looking.address != 0);
        // All of a thread's own: nothing was lent.
        long own = looking.address;
        assertEquals(own, run(shares(2, LANES - 1)).address);
        assertEquals(own, run(shares(1, 100)).address);
    }
}
