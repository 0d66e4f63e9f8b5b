package io.netrun.resilience.spring;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.core.annotation.AliasFor;

/** The beans that the starter's tests protect. */
public final class ShopBeans {

    private ShopBeans() {}

    /** Fails a given number of times. */
    public static class Flaky {

        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();

        /** Makes the next calls fail, and counts from zero again. */
        public void failTimes(int times) {
            calls.set(0);
            failures.set(times);
        }

        /** Calls that came through. */
        public int calls() {
            return calls.get();
        }

        String answer() throws IOException {
            int call = calls.incrementAndGet();
            if (call <= failures.get()) {
                throw new IOException("failure " + call);
            }
            return "ok";
        }
    }

    /** All patterns on one method, and the other ways of returning. */
    public static class PaymentClient extends Flaky {

        @Timeout(name = "payments", duration = "2s")
        @Bulkhead(name = "payments", maxConcurrent = 4)
        @Retry(name = "payments", maxAttempts = 4, baseDelay = "${shop.delay:1ms}", jitter = "false")
        @CircuitBreaker(name = "payments", failureThreshold = 3)
        public String charge() throws IOException {
            return answer();
        }

        @RateLimiter(name = "refunds", limit = 2, period = "1h")
        public String refund() throws IOException {
            return answer();
        }

        /** Hangs until it is interrupted, if it is the first call. */
        @Hedge(name = "quotes", delay = "10ms")
        public String quote() throws IOException, InterruptedException {
            String answer = answer();
            if (calls() == 1) {
                new CountDownLatch(1).await();
            }
            return answer;
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public CompletableFuture<String> chargeAsync() {
            try {
                return CompletableFuture.completedFuture(answer());
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public CompletableFuture<String> throwsInsteadOfReturning() throws IOException {
            return CompletableFuture.completedFuture(answer());
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public Future<String> chargeFuture() {
            FutureTask<String> task = new FutureTask<>(this::answer);
            task.run();
            return task;
        }

        public String unprotected() throws IOException {
            return answer();
        }
    }

    /** A retry of one's own. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @Retry(baseDelay = "1ms")
    public @interface Persistent {

        @AliasFor(annotation = Retry.class, attribute = "maxAttempts")
        int times() default 2;
    }

    /** Annotated on the interface. */
    public interface Warehouse {

        @Retry(baseDelay = "1ms")
        String reserve() throws IOException;
    }

    /** Bears no annotation of its own but one of one's own making. */
    public static class WarehouseClient extends Flaky implements Warehouse {

        @Override
        public String reserve() throws IOException {
            return answer();
        }

        @Persistent(times = 5)
        public String count() throws IOException {
            return answer();
        }
    }

    /** Annotated on the class, for what inherits it. */
    @Retry(maxAttempts = 3, baseDelay = "1ms")
    @CircuitBreaker(failureThreshold = 100)
    public abstract static class Adapter extends Flaky {

        public String send() throws IOException {
            return answer();
        }
    }

    /** One subclass. */
    public static class MailAdapter extends Adapter {}

    /** The other subclass. */
    public static class SmsAdapter extends Adapter {}

    /** Its annotated method cannot be overridden in another package. */
    public static class Depot extends Flaky {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        String load() throws IOException {
            return answer();
        }
    }

    /** Overridable everywhere. */
    public static class OpenDepot extends Flaky {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        protected String load() throws IOException {
            return answer();
        }
    }

    /** What its package alone may call cannot be overridden. */
    public static class SealedDepot extends Flaky {

        final String stock() throws IOException {
            return answer();
        }
    }

    /** Calls what only this package may call. */
    public static String load(OpenDepot depot) throws IOException {
        return depot.load();
    }
}
