package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Pointcuts of an application that match beans of this library, which no advice may be around. */
class OwnBeansTests {

    private static ConfigurableApplicationContext start(WebApplicationType kind, Class<?>... more) {
        Class<?>[] sources =
                Stream.concat(Stream.of(Application.class), Stream.of(more)).toArray(Class<?>[]::new);
        return new SpringApplicationBuilder(sources)
                .web(kind)
                .run(
                        "--server.port=0",
                        "--spring.main.banner-mode=off",
                        "--spring.jmx.enabled=false",
                        "--management.endpoints.web.exposure.include=*",
                        "--management.endpoint.resilience.access=unrestricted");
    }

    /** The library's beans that have a proxy. */
    private static List<String> proxied(ConfigurableApplicationContext context) {
        return Stream.of(context.getBeanDefinitionNames())
                .filter(name -> name.startsWith("resilience")
                        || name.startsWith("io.netrun.resilience.spring.autoconfigure.Resilience"))
                .filter(name -> AopUtils.isAopProxy(context.getBean(name)))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(WebApplicationType.class)
    void pointcutForAllThatIsNotOfSpringShouldLeaveThemAlone(WebApplicationType kind) {
        try (ConfigurableApplicationContext context = start(kind, Log.class)) {
            Log log = context.getBean(Log.class);
            log.calls.set(0);

            assertThat(context.getBean(Client.class).call()).isEqualTo("ok");

            assertThat(log.calls).hasValue(1);
            assertThat(proxied(context)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(WebApplicationType.class)
    void advisorForEveryMethodOfTheLibraryShouldLeaveThemAlone(WebApplicationType kind) {
        try (ConfigurableApplicationContext context = start(kind, OfTheLibrary.class)) {
            assertThat(context.getBean(Client.class).call()).isEqualTo("ok");
            assertThat(proxied(context)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "start", "stop", "on*", "accept", "get*", "close", "*"})
    void advisorByTheNameOfAMethodShouldLeaveThemAlone(String name) {
        NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
        pointcut.setMappedName(name);
        pointcut.setClassFilter(type -> type.getName().startsWith("io.netrun.resilience."));
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .initializers(created -> created.getBeanFactory()
                        .registerSingleton("advisor", new DefaultPointcutAdvisor(pointcut, proceeding())))
                .run("--spring.main.banner-mode=off")) {
            assertThat(context.getBean(Client.class).call()).isEqualTo("ok");
            assertThat(proxied(context)).isEmpty();
        }
    }

    @Test
    void creatorByTheNamesOfBeansShouldLeaveThemAlone() {
        try (ConfigurableApplicationContext context = start(WebApplicationType.NONE, ByNames.class)) {
            assertThat(context.getBean(Client.class).call()).isEqualTo("ok");
            assertThat(proxied(context)).isEmpty();
        }
    }

    @Test
    void otherPostProcessorsShouldStillGetThem() {
        try (ConfigurableApplicationContext context = start(WebApplicationType.NONE, Seeing.class)) {
            Seeing seeing = context.getBean(Seeing.class);
            assertThat(context.getBean(ResilienceRegistry.class)).isNotNull();
            assertThat(seeing.seen).hasValue(1);
        }
    }

    @Test
    void beansOfTheApplicationShouldBeAdvised() {
        try (ConfigurableApplicationContext context = start(WebApplicationType.NONE, OfTheLibrary.class)) {
            assertThat(AopUtils.isAopProxy(context.getBean(Runnable.class))).isTrue();
        }
    }

    @Test
    void finalClassAsABeanOfTheApplicationShouldNotEndTheStart() {
        try (ConfigurableApplicationContext context =
                start(WebApplicationType.NONE, OfTheLibrary.class, Declaring.class)) {
            assertThat(context.getBean("own", io.netrun.resilience.circuitbreaker.CircuitBreaker.class)
                            .call(() -> "ok"))
                    .isEqualTo("ok");
        }
    }

    private static MethodInterceptor proceeding() {
        return MethodInvocation::proceed;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Client client() {
            return new Client();
        }
    }

    static class Client {

        @CircuitBreaker(name = "called")
        public String call() {
            return "ok";
        }
    }

    @Aspect
    static class Log {

        private final AtomicInteger calls = new AtomicInteger();

        @Around("execution(public * *(..)) && !within(org.springframework..*) && !within(io.micrometer..*)"
                + " && !within(com.fasterxml..*) && !within(tools.jackson..*) && !within(reactor..*)"
                + " && !within(org.apache..*) && !within(io.prometheus..*)")
        public Object around(ProceedingJoinPoint call) throws Throwable {
            calls.incrementAndGet();
            return call.proceed();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OfTheLibrary {

        @Bean
        static DefaultPointcutAdvisor ofTheLibrary() {
            NameMatchMethodPointcut all = new NameMatchMethodPointcut();
            all.setMappedName("*");
            all.setClassFilter(
                    type -> type.getName().startsWith("io.netrun.resilience.") && type != OfTheLibrary.class);
            return new DefaultPointcutAdvisor(all, proceeding());
        }

        @Bean
        Runnable ofTheApplication() {
            return new Runnable() {
                @Override
                public void run() {}
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Declaring {

        @Bean
        io.netrun.resilience.circuitbreaker.CircuitBreaker own() {
            return io.netrun.resilience.circuitbreaker.CircuitBreaker.of("own");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ByNames {

        @Bean
        static MethodInterceptor inTheMiddle() {
            return proceeding();
        }

        @Bean
        static BeanNameAutoProxyCreator creator() {
            BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
            creator.setBeanNames("resilience*", "*Resilience*");
            creator.setInterceptorNames("inTheMiddle");
            creator.setProxyTargetClass(true);
            return creator;
        }
    }

    static class Seeing implements BeanPostProcessor {

        private final AtomicInteger seen = new AtomicInteger();

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            if (bean instanceof ResilienceRegistry) {
                seen.incrementAndGet();
            }
            return bean;
        }
    }
}
