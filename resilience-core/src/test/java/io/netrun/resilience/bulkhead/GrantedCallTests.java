package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.netrun.resilience.LimitFixture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A call that has waited and has its permit, while the worker that starts it restores the caller's context. */
@org.junit.jupiter.api.Timeout(60)
class GrantedCallTests {

    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(2));
    private final SlowContext context = new SlowContext();
    private final CompletableFuture<String> running = new CompletableFuture<>();
    private final AtomicInteger bodies = new AtomicInteger();

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(context);
        context.current.set("caller");
    }

    @AfterEach
    void remove() {
        context.release.countDown();
        ContextRegistry.getInstance().removeThreadLocalAccessor("slow");
    }

    @Test
    void permitOfACallThatIsCancelledShouldBeFreeAtOnce() {
        bulkhead.callAsync(() -> running);
        CompletableFuture<String> call = bulkhead.callAsync(() -> {
            bodies.incrementAndGet();
            return new CompletableFuture<>();
        });
        running.complete("first");
        LimitFixture.awaitLatch(context.restoring);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        call.cancel(true);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        context.release.countDown();
        LimitFixture.awaitLatch(context.left);
        assertThat(bodies).hasValue(0);
        bulkhead.callAsync(CompletableFuture::new);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
    }

    /** Blocks the first worker that restores it. */
    private static final class SlowContext implements ThreadLocalAccessor<String> {

        private final ThreadLocal<@Nullable String> current = new ThreadLocal<>();
        private final Thread caller = Thread.currentThread();
        private final CountDownLatch restoring = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final CountDownLatch left = new CountDownLatch(1);

        @Override
        public Object key() {
            return "slow";
        }

        @Override
        public @Nullable String getValue() {
            return current.get();
        }

        @Override
        public void setValue(String value) {
            if (Thread.currentThread() != caller) {
                restoring.countDown();
                LimitFixture.awaitUninterruptibly(release);
            }
            current.set(value);
        }

        /** The worker has run its task and restores its own context, which is none. */
        @Override
        public void setValue() {
            current.remove();
            if (Thread.currentThread() != caller) {
                left.countDown();
            }
        }
    }
}
