package io.netrun.resilience.spring.aop;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Workers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adapts a plain {@link Future}, which has no callbacks: a worker thread waits for its completion. */
final class FutureAdapter extends CompletableFuture<Object> {

    private static final Logger log = LoggerFactory.getLogger(FutureAdapter.class);

    private final Future<Object> awaited;

    private FutureAdapter(Future<Object> awaited) {
        this.awaited = awaited;
    }

    static FutureAdapter of(Future<Object> awaited) {
        FutureAdapter future = new FutureAdapter(awaited);
        if (awaited.isDone()) {
            future.await();
        } else {
            Workers.execute(future::await);
        }
        return future;
    }

    private void await() {
        try {
            complete(awaited.get());
        } catch (ExecutionException e) {
            Throwable cause = ExceptionFilter.inside(e);
            completeExceptionally(cause == null ? e : cause);
        } catch (CancellationException e) {
            super.cancel(false);
        } catch (InterruptedException e) {
            // Workers are not interrupted here; if foreign code does so, the future fails.
            Thread.currentThread().interrupt();
            completeExceptionally(e);
        } catch (Throwable thrown) {
            completeExceptionally(thrown); // Nothing else would end the call: this may be a worker thread.
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        try {
            awaited.cancel(mayInterruptIfRunning);
        } catch (Throwable thrown) {
            SafeLog.warn(log, "A future could not be cancelled", thrown);
        }
        return super.cancel(mayInterruptIfRunning);
    }
}
