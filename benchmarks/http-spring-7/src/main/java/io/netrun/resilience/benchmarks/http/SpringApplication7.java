package io.netrun.resilience.benchmarks.http;

import java.util.Arrays;
import java.util.Locale;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/**
 * The web application on Spring Boot 4, whose bean has what Spring Framework 7 brings itself, or nothing: a retry, and
 * for synchronous calls a concurrency limit. It has no circuit breaker. Its arguments are {@code spring7} or
 * {@code none}, {@code servlet} or {@code reactive}, and Spring properties.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringApplication7 {

    public static void main(String[] arguments) {
        Class<?>[] beans = arguments[0].equals("none")
                ? new Class<?>[] {Plain.class}
                : new Class<?>[] {Resilient.class, Protected.class};
        new SpringApplicationBuilder(SpringApplication7.class, Handler.class)
                .sources(beans)
                .sources(Reactive.class)
                .web(WebApplicationType.valueOf(arguments[1].toUpperCase(Locale.ROOT)))
                .properties("spring.main.banner-mode=off", "logging.level.root=warn")
                .run(Arrays.copyOfRange(arguments, 2, arguments.length));
    }

    /** Netty, although Tomcat is there, too. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        NettyReactiveWebServerFactory server() {
            return new NettyReactiveWebServerFactory();
        }
    }

    /** What the handler calls. */
    interface Answers {

        String answer(String name);

        Mono<String> answerLater(String name);
    }

    static class Plain implements Answers {

        @Override
        public String answer(String name) {
            return "Hello, " + name;
        }

        @Override
        public Mono<String> answerLater(String name) {
            return Mono.fromSupplier(() -> "Hello, " + name);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableResilientMethods
    static class Resilient {}

    static class Protected implements Answers {

        @Override
        @ConcurrencyLimit(1_000)
        @Retryable
        public String answer(String name) {
            return "Hello, " + name;
        }

        @Override
        @Retryable
        public Mono<String> answerLater(String name) {
            return Mono.fromSupplier(() -> "Hello, " + name);
        }
    }

    /** The handler; {@code /counted} shows whether the bean is protected at all. */
    @RestController
    static class Handler {

        private final Answers answers;

        Handler(Answers answers) {
            this.answers = answers;
        }

        @GetMapping("/answers/{name}")
        String answer(@PathVariable("name") String name) {
            return answers.answer(name);
        }

        @GetMapping("/later/{name}")
        Mono<String> answerLater(@PathVariable("name") String name) {
            return answers.answerLater(name);
        }

        @GetMapping("/counted")
        String counted() {
            boolean isProtected = AopUtils.isAopProxy(answers);
            return answers.getClass() == Plain.class || isProtected ? Long.toString(Long.MAX_VALUE) : "0";
        }
    }
}
