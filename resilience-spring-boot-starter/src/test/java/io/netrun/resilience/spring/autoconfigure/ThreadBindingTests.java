package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.batch.core.scope.context.StepSynchronizationManager;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.messaging.simp.SimpAttributesContextHolder;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What keeps a call on the caller's thread: whatever is bound to that and would be missed on another one. */
class ThreadBindingTests {

    private static final String KEY = "session";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withBean(Orders.class);

    enum Bound {
        SESSION_OF_OPEN_IN_VIEW(() -> TransactionSynchronizationManager.bindResource(KEY, "session")),
        SYNCHRONIZATION_WITHOUT_TRANSACTION(TransactionSynchronizationManager::initSynchronization),
        TRANSACTION(() -> TransactionSynchronizationManager.setActualTransactionActive(true)),
        REQUEST(() ->
                RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()))),
        LANGUAGE(() -> LocaleContextHolder.setLocale(Locale.GERMAN)),
        STEP(() -> StepSynchronizationManager.register(new Object())),
        MESSAGE(() -> SimpAttributesContextHolder.setAttributes(new Object()));

        private final Runnable binding;

        Bound(Runnable binding) {
            this.binding = binding;
        }
    }

    @AfterEach
    void unbind() {
        TransactionSynchronizationManager.unbindResourceIfPossible(KEY);
        TransactionSynchronizationManager.clear();
        RequestContextHolder.resetRequestAttributes();
        LocaleContextHolder.resetLocaleContext();
        StepSynchronizationManager.close();
        SimpAttributesContextHolder.setAttributes(null);
    }

    @Test
    void languageThatIsCarriedOrOfARequestShouldNotBind() {
        assertThat(new LocaleBinding(() -> false, () -> false).isBound()).isFalse();
        LocaleContextHolder.setLocale(Locale.GERMAN);
        assertThat(new LocaleBinding(() -> false, () -> false).isBound()).isTrue();
        assertThat(new LocaleBinding(() -> true, () -> false).isBound()).isFalse();
        assertThat(new LocaleBinding(() -> false, () -> true).isBound()).isFalse();
    }

    /** What a test of a slice imports. */
    private final ApplicationContextRunner slice = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Orders.class);

    @ParameterizedTest
    @EnumSource
    void callOfASliceWhenSomethingIsBoundShouldStayOnItsThread(Bound bound) {
        bound(slice, bound, orders -> {
            orders.hedged();
            assertThat(orders.thread()).isSameAs(Thread.currentThread());
            assertThat(orders.attempts()).containsExactly(Thread.currentThread());
        });
    }

    @Test
    void beanOfTheThreadsScopeShouldKeepCallsOnTheThread() {
        SimpleThreadScope scope = new SimpleThreadScope();
        runner.withInitializer(context -> context.getBeanFactory().registerScope("thread", scope))
                .withBean("basket", StringBuilder.class, StringBuilder::new, basket -> basket.setScope("thread"))
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    assertThat(orders.thread()).isNotSameAs(Thread.currentThread());
                    Object basket = context.getBean("basket");
                    orders.hedged();
                    assertThat(orders.thread()).isSameAs(Thread.currentThread());
                    assertThat(orders.attempts()).containsExactly(Thread.currentThread());
                    assertThat(context.getBean("basket")).isSameAs(basket);
                    scope.remove("basket");
                    assertThat(orders.thread()).isNotSameAs(Thread.currentThread());
                });
    }

    private void bound(Bound bound, Consumer<Orders> test) {
        bound(runner, bound, test);
    }

    private static void bound(ApplicationContextRunner runner, Bound bound, Consumer<Orders> test) {
        runner.run(context -> {
            bound.binding.run();
            test.accept(context.getBean(Orders.class));
        });
    }

    @ParameterizedTest
    @EnumSource
    void timeoutWhenSomethingIsBoundShouldStayOnItsThread(Bound bound) {
        bound(bound, orders -> assertThat(orders.thread()).isSameAs(Thread.currentThread()));
    }

    @ParameterizedTest
    @EnumSource
    void hedgeWhenSomethingIsBoundShouldBeMadeOnceOnItsThread(Bound bound) {
        bound(bound, orders -> {
            orders.hedged();
            assertThat(orders.attempts()).containsExactly(Thread.currentThread());
        });
    }

    @ParameterizedTest
    @EnumSource
    void timeoutWhenAskedForAWorkerShouldRunOnOne(Bound bound) {
        bound(bound, orders -> assertThat(orders.onAWorker()).isNotSameAs(Thread.currentThread()));
    }

    @Test
    void callWhenNothingIsBoundShouldRunOnAWorker() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.hedged();
            assertThat(orders.thread()).isNotSameAs(Thread.currentThread());
            assertThat(orders.attempts()).doesNotContain(Thread.currentThread());
        });
    }

    @Test
    void customizerOfTheApplicationShouldHaveTheLastWord() {
        runner.withBean(
                        "timeouts",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(
                                TimeoutConfig.class,
                                (name, config) -> config.toBuilder()
                                        .requiresCallerThread(() -> false)
                                        .build()))
                .withBean(
                        "hedges",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(
                                HedgeConfig.class,
                                (name, config) -> config.toBuilder()
                                        .requiresCallerThread(() -> false)
                                        .build()))
                .run(context -> {
                    Bound.SESSION_OF_OPEN_IN_VIEW.binding.run();
                    Orders orders = context.getBean(Orders.class);
                    orders.hedged();
                    assertThat(orders.thread()).isNotSameAs(Thread.currentThread());
                    assertThat(orders.attempts()).doesNotContain(Thread.currentThread());
                });
    }

    /** Reports the threads on which it is called. */
    static class Orders {

        private final List<Thread> attempts = new CopyOnWriteArrayList<>();

        @Timeout(duration = "30s")
        public Thread thread() {
            return Thread.currentThread();
        }

        @Timeout(duration = "30s", thread = "worker")
        public Thread onAWorker() {
            return Thread.currentThread();
        }

        @Hedge(delay = "30s")
        public void hedged() {
            attempts().add(Thread.currentThread());
        }

        List<Thread> attempts() {
            return attempts;
        }
    }
}
