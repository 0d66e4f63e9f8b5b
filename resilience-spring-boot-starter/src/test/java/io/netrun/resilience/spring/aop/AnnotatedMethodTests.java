package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.ShopBeans.MailAdapter;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.ShopBeans.SmsAdapter;
import io.netrun.resilience.spring.ShopBeans.Warehouse;
import io.netrun.resilience.spring.ShopBeans.WarehouseClient;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;

class AnnotatedMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withBean(PaymentClient.class);

    @Test
    void callShouldGoThroughEveryAnnotatedPolicy() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            assertThat(client.charge()).isEqualTo("ok");
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(Retry.TYPE, "payments")
                            .orElseThrow()
                            .metrics()
                            .totalRetries())
                    .isEqualTo(2);
            assertThat(registry.find(CircuitBreaker.TYPE, "payments")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isEqualTo(2);
            assertThat(registry.find(Bulkhead.TYPE, "payments")
                            .orElseThrow()
                            .metrics()
                            .totalAccepted())
                    .isEqualTo(1);
            assertThat(registry.find(Timeout.TYPE, "payments")).isPresent();
        });
    }

    @Test
    void callWhenCircuitOpensShouldReject() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(99);
            assertThatThrownBy(client::charge).isInstanceOf(CircuitOpenException.class);
            assertThat(client.calls()).isEqualTo(3);
        });
    }

    @Test
    void callWhenNotAnnotatedShouldBeLeftAlone() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(1);
            assertThatThrownBy(client::unprotected).isInstanceOf(IOException.class);
        });
    }

    @Test
    void callBeyondTheBurstShouldBeRejected() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            assertThat(client.refund()).isEqualTo("ok");
            assertThat(client.refund()).isEqualTo("ok");
            assertThatThrownBy(client::refund).isInstanceOf(RateLimitExceededException.class);
            assertThat(client.calls()).isEqualTo(2);
        });
    }

    @Test
    void callThatTakesLongShouldBeHedged() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(0);
            assertThat(client.quote()).isEqualTo("ok");
            assertThat(client.calls()).isEqualTo(2);
        });
    }

    @Test
    void callReturningCompletableFutureShouldBeRetriedAsynchronously() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            assertThat(client.chargeAsync().get(10, TimeUnit.SECONDS)).isEqualTo("ok");
        });
    }

    @Test
    void callThatThrowsInsteadOfReturningAFutureShouldBeRetriedToo() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            assertThat(client.throwsInsteadOfReturning().get(10, TimeUnit.SECONDS))
                    .isEqualTo("ok");
        });
    }

    @Test
    void callReturningFutureShouldBeRetried() {
        runner.run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            assertThat(client.chargeFuture().get(10, TimeUnit.SECONDS)).isEqualTo("ok");
            client.failTimes(99);
            assertThatThrownBy(() -> client.chargeFuture().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RetryExhaustedException.class);
        });
    }

    @Test
    void nameWhenNotGivenShouldBeClassAndMethod() {
        runner.run(context -> assertThat(
                        context.getBean(ResilienceRegistry.class).find(Retry.TYPE, "PaymentClient.chargeAsync"))
                .isPresent());
    }

    @Test
    void annotationOnInterfaceShouldProtectTheClass() {
        runner.withBean(WarehouseClient.class).run(context -> {
            WarehouseClient target = context.getBean(WarehouseClient.class);
            target.failTimes(2);
            assertThat(((Warehouse) target).reserve()).isEqualTo("ok");
        });
    }

    @Test
    void metaAnnotationShouldPassItsAliasesOn() {
        runner.withBean(WarehouseClient.class).run(context -> {
            WarehouseClient client = context.getBean(WarehouseClient.class);
            client.failTimes(4);
            assertThat(client.count()).isEqualTo("ok");
        });
    }

    @Test
    void annotationOnBaseClassShouldGiveEachSubclassInstancesOfItsOwn() {
        runner.withBean(MailAdapter.class).withBean(SmsAdapter.class).run(context -> {
            MailAdapter mail = context.getBean(MailAdapter.class);
            mail.failTimes(2);
            assertThat(mail.send()).isEqualTo("ok");
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(CircuitBreaker.TYPE, "MailAdapter.send")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isEqualTo(2);
            assertThat(registry.find(CircuitBreaker.TYPE, "SmsAdapter.send")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isZero();
        });
    }

    @Test
    void retryShouldRunAdviceFurtherInAgainForEveryAttempt() {
        runner.withUserConfiguration(CountingAdvice.class).run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            client.charge();
            assertThat(context.getBean(CountingAdvice.class).calls).hasValue(3);
        });
    }

    @Test
    void transitionsAndRetriesShouldBeApplicationEvents() {
        runner.withUserConfiguration(Listening.class).run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(99);
            assertThatThrownBy(client::charge).isInstanceOf(CircuitOpenException.class);
            assertThat(context.getBean(Listening.class).heard)
                    .containsExactly("retry 1", "retry 2", "CLOSED>OPEN", "retry 3");
        });
    }

    @Test
    void listenerWhenItThrowsShouldBreakNothing() {
        runner.withUserConfiguration(ThrowingListener.class).run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(2);
            assertThat(client.charge()).isEqualTo("ok");
        });
    }

    @Test
    void enabledWhenFalseShouldLeaveBeansAlone() {
        runner.withPropertyValues("resilience.enabled=false").run(context -> {
            assertThat(context.getBean(PaymentClient.class).getClass()).isEqualTo(PaymentClient.class);
        });
    }

    @Test
    void enabledOfInstanceWhenFalseShouldLetItsCallsPass() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.enabled=false",
                        "resilience.circuit-breaker.instances.payments.enabled=false")
                .run(context -> {
                    PaymentClient client = context.getBean(PaymentClient.class);
                    client.failTimes(1);
                    assertThatThrownBy(client::charge).isInstanceOf(IOException.class);
                    assertThat(client.calls()).isEqualTo(1);
                });
    }

    @Test
    void orderShouldReorderTheNamedPatterns() {
        runner.withPropertyValues("resilience.order=circuit-breaker,retry").run(context -> {
            PaymentClient client = context.getBean(PaymentClient.class);
            client.failTimes(99);
            assertThatThrownBy(client::charge).isInstanceOf(RetryExhaustedException.class);
            assertThat(client.calls()).isEqualTo(4);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class CountingAdvice {

        final AtomicInteger calls = new AtomicInteger();

        @Bean
        Advisor countingAdvisor() {
            NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
            pointcut.setMappedName("charge");
            DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(pointcut, (MethodInterceptor) invocation -> {
                calls.incrementAndGet();
                return invocation.proceed();
            });
            advisor.setOrder(Ordered.LOWEST_PRECEDENCE);
            return advisor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        final List<String> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void on(CircuitBreakerEvent.StateChanged event) {
            heard.add(event.from() + ">" + event.to());
        }

        @EventListener
        void on(RetryEvent.Retrying event) {
            heard.add("retry " + event.attempt());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ThrowingListener {

        @EventListener
        void on(RetryEvent.Retrying event) {
            throw new IllegalStateException("listener");
        }
    }
}
