package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.CircuitBreaker;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.OncePerRequestFilter;

/** A servlet filter with an annotated method, whose final methods its proxy cannot take over. */
@ExtendWith(OutputCaptureExtension.class)
class ServletFilterTests {

    public static class TokenFilter extends OncePerRequestFilter {

        @CircuitBreaker(name = "tokens")
        public String token() {
            return "token";
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            chain.doFilter(request, response);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop {

        @Bean
        TokenFilter tokenFilter() {
            return new TokenFilter();
        }
    }

    @Test
    void annotatedFilterShouldStopTheStartWithTheRemedy(CapturedOutput output) {
        assertThatThrownBy(() -> WebApplication.run(Shop.class).close()).isInstanceOf(Exception.class);
        assertThat(output)
                .contains(
                        TokenFilter.class.getName() + " is a servlet filter with annotated methods",
                        "its final method init() would run on the proxy",
                        "Move the annotated methods to another bean, which the filter calls")
                .doesNotContain("NullPointerException");
    }
}
