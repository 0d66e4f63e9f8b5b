package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.RateLimitFields;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.web.RateLimitHeaders;
import io.netrun.resilience.spring.web.RateLimitServletFilter;
import io.netrun.resilience.spring.web.RateLimitWebFilter;
import jakarta.servlet.Filter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.WebFilter;

/** Header fields about the rate limits of a server's own handler methods, where the application enables them. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnBean(MethodPipelines.class)
@ConditionalOnSwitch(value = "rate-limit-headers", otherwise = false)
public final class ResilienceRateLimitHeadersAutoConfiguration {

    private static RateLimitHeaders headers(Environment environment, ObjectProvider<MethodPipelines> pipelines) {
        RateLimitFields fields = GlobalSettings.orElse(
                environment, "rate-limit-fields", RateLimitFields.class, RateLimitFields.RATE_LIMIT);
        return new RateLimitHeaders(fields, SingletonSupplier.of(pipelines::getObject));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Filter.class, HandlerMethod.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        RateLimitServletFilter resilienceRateLimitServletFilter(
                Environment environment, ObjectProvider<MethodPipelines> pipelines) {
            return new RateLimitServletFilter(headers(environment, pipelines));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebFilter.class, HandlerMethod.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        RateLimitWebFilter resilienceRateLimitWebFilter(
                Environment environment, ObjectProvider<MethodPipelines> pipelines) {
            return new RateLimitWebFilter(headers(environment, pipelines));
        }
    }
}
