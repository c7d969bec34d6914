package io.autodiff.nd4j.onednn;

import io.autodiff.nd4j.array.Scratch;
import io.autodiff.nd4j.products.ProductKernel;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/**
 * Primitives that run one after the other, on the arguments of a run and on memory for intermediate results. What oneDNN has of a run,
 * its memory objects, is made once for each thread that runs the same at the same time, and used again. Everything that is known to
 * native code by its address alone is held here.
 */
final class Primitives implements ProductKernel {
    /** The places of a run's arguments, in their order; greater numbers are places of intermediate results. */
    static final int X = 0;

    static final int Y = 1;
    static final int BIAS = 2;
    static final int Z = 3;
    private static final int ARGUMENTS = 4;

    private final List<Stage> stages = new ArrayList<>();
    /** Where in the memory for intermediate results each of them begins, and where the last one ends. */
    private final List<Long> offsets = new ArrayList<>(List.of(0L));

    private final Deque<Binding> idle = new ArrayDeque<>();

    /** An argument of a primitive: its number in oneDNN, what lies there, and the place. */
    record Argument(int number, memory.desc layout, int place) {}

    private record Stage(primitive code, List<Argument> arguments) {}

    /** Adds the place of an intermediate result. */
    int intermediate(memory.desc layout) {
        int place = ARGUMENTS + offsets.size() - 1;
        offsets.add(scratchBytes() + Scratch.aligned(layout.get_size()));
        return place;
    }

    private long scratchBytes() {
        return offsets.get(offsets.size() - 1);
    }

    /** Adds a primitive, with the memory that it asks for. */
    Primitives add(primitive code, primitive_desc_base desc, Argument... arguments) {
        List<Argument> all = new ArrayList<>(List.of(arguments));
        memory.desc scratchpad = desc.scratchpad_desc();
        if (scratchpad.get_size() > 0) {
            all.add(new Argument(dnnl.DNNL_ARG_SCRATCHPAD, scratchpad, intermediate(scratchpad)));
        }
        stages.add(new Stage(code, all));
        return this;
    }

    @Override
    public boolean run(long x, long y, long bias, long z) {
        Binding binding;
        try (Scratch scratch = Scratch.open(scratchBytes())) {
            synchronized (idle) {
                binding = idle.isEmpty() ? new Binding() : idle.pop();
            }
            binding.set(x, y, bias, z);
            binding.run(scratch.address());
        }
        // One whose run failed is not used again.
        synchronized (idle) {
            idle.push(binding);
        }
        return true;
    }

    /** An address as JavaCPP wants it. */
    private static final class Place extends Pointer {
        Place() {
            super((Pointer) null);
        }

        Place at(long place) {
            address = place;
            return this;
        }
    }

    /** The memory objects of all primitives. One thread uses it at a time; a run leaves no garbage. */
    private final class Binding implements Supplier<Boolean> {
        private final long[] places = new long[ARGUMENTS];
        private long scratch;
        private final stream queue = new stream(Engine.CPU);
        private final dnnl_stream queueHandle = queue.get();
        private final List<memory> memories = new ArrayList<>();
        private final List<dnnl_memory> handles = new ArrayList<>();
        private final List<dnnl_exec_arg_t> arguments = new ArrayList<>();
        private final List<dnnl_primitive> primitives = new ArrayList<>();
        private final Place place = new Place();

        Binding() {
            for (Stage stage : stages) {
                int count = stage.arguments.size();
                dnnl_exec_arg_t list = new dnnl_exec_arg_t(count);
                for (int i = 0; i < count; i++) {
                    Argument argument = stage.arguments.get(i);
                    memory object = new memory(argument.layout, Engine.CPU, new Place());
                    dnnl_memory handle = object.get();
                    memories.add(object);
                    handles.add(handle);
                    list.position(i).arg(argument.number).memory(handle);
                }
                arguments.add(list.position(0));
                primitives.add(stage.code.get());
            }
        }

        void set(long x, long y, long bias, long z) {
            places[X] = x;
            places[Y] = y;
            places[BIAS] = bias;
            places[Z] = z;
        }

        void run(long intermediate) {
            scratch = intermediate;
            try {
                SingleThread.get(this);
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        @Override
        public Boolean get() {
            int next = 0;
            for (int i = 0; i < primitives.size(); i++) {
                List<Argument> list = stages.get(i).arguments;
                for (int k = 0; k < list.size(); k++) {
                    int number = list.get(k).place;
                    long at = number < ARGUMENTS ? places[number] : scratch + offsets.get(number - ARGUMENTS);
                    check(dnnl.dnnl_memory_set_data_handle(handles.get(next++), place.at(at)));
                }
                check(dnnl.dnnl_primitive_execute(primitives.get(i), queueHandle, list.size(), arguments.get(i)));
            }
            return true;
        }

        private static void check(int status) {
            if (status != dnnl.dnnl_success) {
                throw new IllegalStateException("oneDNN fails with status " + status);
            }
        }
    }
}
