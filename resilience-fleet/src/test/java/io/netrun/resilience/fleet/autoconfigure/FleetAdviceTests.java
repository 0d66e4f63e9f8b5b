package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.InMemoryFleetStore;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** An advisor of the application whose pointcut matches the beans of the fleet. */
class FleetAdviceTests {

    @Test
    void beansOfTheFleetShouldBeLeftAlone() {
        NameMatchMethodPointcut all = new NameMatchMethodPointcut();
        all.setMappedName("*");
        all.setClassFilter(type -> type.getName().startsWith("io.netrun.resilience."));
        MethodInterceptor proceeding = MethodInvocation::proceed;
        FleetStore store = new InMemoryFleetStore();
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(FleetApplication.Shop.class)
                .web(WebApplicationType.NONE)
                .initializers(created -> {
                    created.getBeanFactory().registerSingleton("advisor", new DefaultPointcutAdvisor(all, proceeding));
                    ((GenericApplicationContext) created).registerBean(FleetStore.class, () -> store);
                })
                .run(
                        "--spring.main.banner-mode=off",
                        "--spring.jmx.enabled=false",
                        "--spring.application.name=shop",
                        "--management.health.redis.enabled=false",
                        "--resilience.fleet.enabled=true")) {
            assertThat(context.getBean(FleetApplication.Beans.class).pay()).isEqualTo("paid");
            assertThat(Stream.of(context.getBeanDefinitionNames())
                            .filter(name -> name.startsWith("resilience"))
                            .filter(name -> AopUtils.isAopProxy(context.getBean(name))))
                    .isEmpty();
        }
    }
}
