package io.autodiff.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs code on a thread of its own. */
final class OtherThread {
    private OtherThread() {}

    /** Gives what the action gives, or throws what it throws, once its thread has ended. */
    static <T> T call(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task, "other-thread");
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            thread.join();
        }
    }

    /** As {@link #call}, of an action without result. */
    static void run(Runnable action) throws Exception {
        call(() -> {
            action.run();
            return true;
        });
    }
}
