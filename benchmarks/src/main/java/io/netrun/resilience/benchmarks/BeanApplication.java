package io.netrun.resilience.benchmarks;

import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.RootClassFilter;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application as a user would have it: everything on the classpath configures itself. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
    Beans.Bare.class,
    Beans.Intercepted.class,
    Beans.NetrunOne.class,
    Beans.NetrunThree.class,
    Beans.NetrunFive.class,
    Beans.Resilience4jOne.class,
    Beans.Resilience4jThree.class,
    Beans.Resilience4jFive.class
})
class BeanApplication {

    @Bean
    static Advisor emptyAdvisor() {
        var pointcut = new StaticMethodMatcherPointcut() {
            @Override
            public boolean matches(Method method, Class<?> targetClass) {
                return method.getName().equals("call");
            }
        };
        pointcut.setClassFilter(new RootClassFilter(Beans.Intercepted.class));
        MethodInterceptor goOn = invocation -> invocation.proceed();
        return new DefaultPointcutAdvisor(pointcut, goOn);
    }
}
