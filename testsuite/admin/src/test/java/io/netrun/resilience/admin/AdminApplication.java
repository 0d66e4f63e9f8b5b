package io.netrun.resilience.admin;

import de.codecentric.boot.admin.server.config.EnableAdminServer;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Collectors;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** A server of Spring Boot Admin below a path of its own, without our starter. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAdminServer
class AdminApplication {

    static final String CONTEXT_PATH = "/ops";

    static ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(AdminApplication.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--spring.application.name=admin",
                        "--logging.level.root=error",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.boot.admin.context-path=" + CONTEXT_PATH,
                        "--spring.autoconfigure.exclude=" + starter());
    }

    /** The auto-configurations that the server would have from the class path of the tests. */
    private static String starter() {
        return ImportCandidates.load(AutoConfiguration.class, AdminApplication.class.getClassLoader())
                .getCandidates()
                .stream()
                .filter(name -> name.startsWith("io.netrun."))
                .collect(Collectors.joining(","));
    }

    /** As a server may have it for all that it passes on, besides the policy that the page has itself. */
    @Bean
    OncePerRequestFilter contentSecurityPolicy() {
        return new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                response.addHeader("Content-Security-Policy", "default-src 'self'");
                chain.doFilter(request, response);
            }

            @Override
            protected boolean shouldNotFilter(HttpServletRequest request) {
                return !request.getRequestURI().contains("/actuator/");
            }

            @Override
            protected boolean shouldNotFilterAsyncDispatch() {
                return true;
            }
        };
    }
}
