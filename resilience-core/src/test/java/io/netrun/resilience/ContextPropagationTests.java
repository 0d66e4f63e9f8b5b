package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Mono;

class ContextPropagationTests {

    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    private final AtomicReference<RuntimeException> onGet = new AtomicReference<>();
    private final AtomicReference<RuntimeException> onSet = new AtomicReference<>();

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new ThreadLocalAccessor<String>() {

            @Override
            public Object key() {
                return "user";
            }

            @Override
            public String getValue() {
                throwIf(onGet);
                return USER.get();
            }

            @Override
            public void setValue(String value) {
                throwIf(onSet);
                USER.set(value);
            }

            @Override
            public void setValue() {
                USER.remove();
            }
        });
    }

    private static void throwIf(AtomicReference<RuntimeException> failure) {
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    @AfterEach
    void unregister() {
        ContextRegistry.getInstance().removeThreadLocalAccessor("user");
        USER.remove();
        MDC.clear();
    }

    @Test
    void taskShouldHaveTheCallersContextAndLeaveTheThreadsOwn() {
        ClassLoader callers = new ClassLoader() {};
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        MDC.put("trace", "abc");
        USER.set("alice");
        Thread.currentThread().setContextClassLoader(callers);
        CallerContext context;
        try {
            context = CallerContext.capture();
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
        MDC.put("trace", "other");
        MDC.put("order", "4711");
        USER.set("bob");
        List<Object> seen = new ArrayList<>();
        context.run(
                () -> {
                    seen.add(MDC.get("trace"));
                    seen.add(MDC.get("order"));
                    seen.add(USER.get());
                    seen.add(Thread.currentThread().getContextClassLoader());
                },
                seen::add);
        assertThat(seen).containsExactly("abc", null, "alice", callers);
        assertThat(MDC.get("trace")).isEqualTo("other");
        assertThat(MDC.get("order")).isEqualTo("4711");
        assertThat(USER.get()).isEqualTo("bob");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(own);
    }

    @Test
    void mdcShouldStayForCallsOfAThreadThatWantsThat() {
        MDC.put("trace", "caller's");
        boolean before = ContextPropagation.carryMdcOfThread(false);
        CallerContext staying = CallerContext.capture();
        assertThat(ContextPropagation.carryMdcOfThread(before)).isFalse();
        CallerContext carried = CallerContext.capture();
        MDC.put("trace", "worker's");
        List<Object> seen = new ArrayList<>();
        List<CallerContext> nested = new ArrayList<>();
        staying.run(() -> {
            seen.add(MDC.get("trace"));
            nested.add(CallerContext.capture());
        });
        carried.run(() -> seen.add(MDC.get("trace")));
        assertThat(MDC.get("trace")).isEqualTo("worker's");
        MDC.put("trace", "another worker's");
        nested.get(0).run(() -> {
            seen.add(MDC.get("trace"));
            carried.run(() -> seen.add(MDC.get("trace")));
            MDC.put("trace", "kept");
        });
        assertThat(seen).containsExactly("worker's", "caller's", "another worker's", "caller's");
        assertThat(MDC.get("trace")).isEqualTo("kept");
        assertThat(ContextPropagation.carryMdcOfThread(true)).isTrue();
    }

    @Test
    void instancesOfARegistryShouldLeaveTheMdcWhereThatIsWanted() {
        MDC.put("trace", "abc");
        TimeoutConfig worker =
                TimeoutConfig.builder().thread(TimeoutThread.WORKER).build();
        ResilienceRegistry registry = ResilienceRegistry.create();
        Timeout before = registry.getOrCreate(Timeout.TYPE, "before", worker);
        assertThat(trace(before)).isEqualTo("abc");
        registry.carryMdc(false);
        Timeout registered = Timeout.of("registered", worker);
        assertThat(trace(registered)).isEqualTo("abc");
        registry.register(registered);
        Timeout after = registry.view(ContextPropagationTests::given).getOrCreate(Timeout.TYPE, "after", worker);
        Timeout ofKey = registry.keyed(Timeout.TYPE, "hosts", worker, 10).get("example.org");
        for (Guard guard : List.of(before, registered, after, ofKey, Pipeline.of(after))) {
            assertThat(trace(guard)).as(guard.toString()).isEqualTo("null");
        }
        assertThat(trace(Pipeline.of(Timeout.of("of no registry", worker), after)))
                .isEqualTo("null");
        assertThat(trace(Timeout.of("of no registry", worker))).isEqualTo("abc");
        registry.carryMdc(true);
        assertThat(trace(before)).isEqualTo("abc");
        assertThat(trace(registry.getOrCreate(Timeout.TYPE, "new", worker))).isEqualTo("abc");
        assertThat(MDC.get("trace")).isEqualTo("abc");
    }

    @Test
    void laterAttemptsShouldLeaveTheMdcWhereThatIsWanted() {
        MDC.put("trace", "abc");
        RetryConfig soon = RetryConfig.builder().baseDelay(Duration.ofMillis(1)).build();
        Retry carrying = Retry.of("carrying", soon);
        assertThat(traceOfLastAttempt(carrying)).isEqualTo("abc");
        assertThat(traceOfLastAttempt(ContextPropagation.leavingMdc(carrying))).isEqualTo("null");
        ResilienceRegistry registry = ResilienceRegistry.create();
        registry.carryMdc(false);
        assertThat(traceOfLastAttempt(registry.getOrCreate(Retry.TYPE, "leaving", soon)))
                .isEqualTo("null");
        assertThat(ContextPropagation.leavingMdc(carrying)).hasToString(carrying.toString());
    }

    private static <C extends Record> SettingsSource.Settings<C> given(
            PolicyType<?, C> type, String name, @Nullable C given) {
        return new SettingsSource.Settings<>(given == null ? type.defaults() : given, true);
    }

    private static String trace(Guard guard) {
        return guard.call(() -> String.valueOf(MDC.get("trace")));
    }

    /** Of a publisher, whose attempts begin after the call of the guard has returned. */
    private static String traceOfLastAttempt(Guard guard) {
        AtomicInteger attempts = new AtomicInteger();
        return ReactorGuard.of(guard)
                .mono(() -> attempts.incrementAndGet() < 3
                        ? Mono.<String>error(new IllegalStateException("no"))
                        : Mono.just(String.valueOf(MDC.get("trace"))))
                .block();
    }

    @Test
    void whatTheCallerDoesNotHaveShouldBeCleared() {
        CallerContext anonymous = CallerContext.capture();
        MDC.put("trace", "of another");
        USER.set("bob");
        List<Object> seen = new ArrayList<>();
        anonymous.run(
                () -> {
                    seen.add(MDC.get("trace"));
                    seen.add(USER.get());
                },
                seen::add);
        assertThat(seen).containsExactly(null, null);
    }

    @Test
    void contextThatCannotBeRestoredShouldBeTheCallsFailureOnce() {
        USER.set("alice");
        CallerContext context = CallerContext.capture();
        onSet.set(new IllegalStateException("tenant unknown"));
        List<Object> seen = new ArrayList<>();
        context.run(() -> seen.add("ran"), seen::add);
        assertThat(seen).containsExactly(onSet.get());
    }

    /** An accessor may open a scope with each value that it sets, as Micrometer's for observations does. */
    @Test
    void taskThatFailsShouldSetTheThreadsValuesAsOneThatDoesNot() {
        List<String> set = new ArrayList<>();
        ThreadLocal<String> current = ThreadLocal.withInitial(() -> "worker's");
        ContextRegistry.getInstance().registerThreadLocalAccessor(new ThreadLocalAccessor<String>() {

            @Override
            public Object key() {
                return "scoped";
            }

            @Override
            public String getValue() {
                return current.get();
            }

            @Override
            public void setValue(String value) {
                set.add(value);
                current.set(value);
            }

            @Override
            public void setValue() {
                set.add("none");
                current.remove();
            }
        });
        try {
            current.set("caller's");
            Runnable failing = ContextPropagation.wrap(() -> {
                throw new IllegalStateException("task");
            });
            current.set("worker's");
            assertThatThrownBy(failing::run).hasMessage("task");
            assertThat(set).containsExactly("caller's", "worker's");
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("scoped");
        }
    }

    @Test
    void contextThatCannotBeRestoredShouldLeaveNothingOnTheThread() {
        ThreadLocal<String> first = new ThreadLocal<>();
        ContextRegistry.getInstance().removeThreadLocalAccessor("user");
        ContextRegistry.getInstance().registerThreadLocalAccessor("first", first);
        register();
        try {
            first.set("of the caller");
            USER.set("alice");
            CallerContext context = CallerContext.capture();
            first.set("of the thread");
            USER.remove();
            onSet.set(new IllegalStateException("tenant unknown"));
            List<Object> seen = new ArrayList<>();
            context.run(() -> seen.add("ran"), seen::add);
            assertThat(seen).containsExactly(onSet.get());
            assertThat(first.get()).isEqualTo("of the thread");
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("first");
        }
    }

    @Test
    void queuedCallWhenContextCannotBeRestoredShouldReleaseItsPermit() {
        USER.set("alice");
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        CompletableFuture<String> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        CompletableFuture<String> queued = bulkhead.callAsync(() -> CompletableFuture.completedFuture("late"));
        onSet.set(new IllegalStateException("tenant unknown"));
        first.complete("done");
        assertThatThrownBy(() -> queued.get(20, TimeUnit.SECONDS)).hasCause(onSet.get());
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void retryWhoseContextCannotBeRestoredShouldFailAsItsAttempt() {
        USER.set("alice");
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)));
        CompletableFuture<String> attempt = new CompletableFuture<>();
        CompletableFuture<String> call = retry.callAsync(() -> attempt);
        Throwable down = new IllegalArgumentException("down");
        onSet.set(new IllegalStateException("tenant unknown"));
        attempt.completeExceptionally(down);
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS)).hasCause(down);
    }

    @Test
    void fallbackWhoseContextCannotBeRestoredShouldFail() {
        USER.set("alice");
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> call =
                Fallback.of("f", c -> c.value("instead")).callAsync(() -> body);
        onSet.set(new IllegalStateException("tenant unknown"));
        body.completeExceptionally(new IllegalArgumentException("down"));
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS)).hasCause(onSet.get());
    }

    @Test
    void syncCallOnAWorkerWhoseContextCannotBeRestoredShouldFail() {
        USER.set("alice");
        onSet.set(new IllegalStateException("tenant unknown"));
        Timeout timeout = Timeout.of("t", c -> c.thread(TimeoutThread.WORKER));
        assertThatThrownBy(() -> timeout.call(() -> "late")).isSameAs(onSet.get());
    }

    @Test
    void limitShouldFireAlthoughTheContextCannotBeRestored() {
        USER.set("alice");
        Timeout timeout = Timeout.of("t", c -> c.duration(Duration.ofMillis(20)));
        CompletableFuture<String> call = timeout.callAsync(CompletableFuture::new);
        onSet.set(new IllegalStateException("tenant unknown"));
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("Timeout 't'");
    }

    @Test
    void contextThatCannotBeCapturedShouldFailTheFutureAndHoldNothing() {
        onGet.set(new IllegalStateException("no tenant here"));
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(2).maxQueue(0));
        Pipeline pipeline = Pipeline.of(bulkhead, Retry.of("r"), Fallback.of("f", c -> c.value("x")), Timeout.of("t"));
        for (int i = 0; i < 3; i++) {
            CompletableFuture<String> own = new CompletableFuture<>();
            CompletableFuture<String> call = pipeline.callAsync(() -> own);
            assertThat(call).isCompletedExceptionally();
            assertThat(own).isCancelled();
        }
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        onGet.set(null);
        assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("well")))
                .isCompletedWithValue("well");
    }

    @Test
    void listenersAndContinuationsOfALimitShouldHaveTheCallersContext() throws Exception {
        MDC.put("trace", "abc");
        USER.set("alice");
        Timeout timeout = Timeout.of("t", c -> c.duration(Duration.ofMillis(20)));
        CompletableFuture<String> listener = new CompletableFuture<>();
        timeout.onTimeout(event -> listener.complete(MDC.get("trace") + " " + USER.get()));
        CompletableFuture<String> continuation = timeout.callAsync(CompletableFuture<String>::new)
                .handle((value, failure) -> MDC.get("trace") + " " + USER.get());
        assertThat(listener.get(20, TimeUnit.SECONDS)).isEqualTo("abc alice");
        assertThat(continuation.get(20, TimeUnit.SECONDS)).isEqualTo("abc alice");
    }

    @Test
    void retryListenerOnAnotherThreadShouldHaveTheCallersContext() throws Exception {
        MDC.put("trace", "abc");
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).maxAttempts(2));
        CompletableFuture<String> listener = new CompletableFuture<>();
        retry.onRetry((failure, attempt) -> listener.complete(String.valueOf(MDC.get("trace"))));
        CompletableFuture<String> attempt = new CompletableFuture<>();
        retry.callAsync(() -> attempt);
        Thread foreign = new Thread(() -> attempt.completeExceptionally(new IllegalStateException("down")));
        foreign.start();
        foreign.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(listener.get(20, TimeUnit.SECONDS)).isEqualTo("abc");
    }
}
