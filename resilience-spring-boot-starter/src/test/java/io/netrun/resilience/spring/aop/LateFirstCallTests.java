package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The first call of an application comes after its end. */
class LateFirstCallTests {

    @Test
    void firstCallAfterTheEndShouldRunAsAnyOther() {
        Client client;
        try (var context = new AnnotationConfigApplicationContext(Application.class)) {
            client = context.getBean(Client.class);
        }
        assertThat(client.recovered()).isEqualTo("instead");
        assertThat(client.retried()).isEqualTo("second");
        assertThat(client.future()).isCompletedWithValue("ok");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ResilienceAutoConfiguration.class)
    @Import(Client.class)
    static class Application {}

    static class Client {

        private boolean failed;

        @Fallback(method = "instead")
        public String recovered() {
            throw new IllegalStateException("the service is down");
        }

        String instead() {
            return "instead";
        }

        @Retry(name = "late", baseDelay = "0s")
        public String retried() {
            if (failed) {
                return "second";
            }
            failed = true;
            throw new IllegalStateException("once");
        }

        @Retry(name = "late")
        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("ok");
        }
    }
}
