package io.netrun.resilience.spring.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;

/** Writes the header fields of a rate limit in servlet applications, before the response is committed. */
public final class RateLimitServletFilter implements Filter {

    /** Spring MVC's attribute with the handler of a request; that library may be absent. */
    private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

    private final RateLimitHeaders headers;

    public RateLimitServletFilter(RateLimitHeaders headers) {
        this.headers = headers;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)
                || !(response instanceof HttpServletResponse answer)
                || answer instanceof Announced) {
            chain.doFilter(request, response);
            return;
        }
        Announced announced = new Announced(answer, http);
        chain.doFilter(request, announced);
        if (!request.isAsyncStarted()) {
            announced.announce();
        }
    }

    /**
     * A response that gets its header fields when its body begins, which is after the handler method has returned, and
     * at its end if it has none.
     */
    private final class Announced extends HttpServletResponseWrapper {

        private final HttpServletRequest request;

        Announced(HttpServletResponse response, HttpServletRequest request) {
            super(response);
            this.request = request;
        }

        void announce() {
            if (!isCommitted()) {
                headers.write(request.getAttribute(HANDLER), this::setHeader);
            }
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            announce();
            return super.getOutputStream();
        }

        @Override
        public PrintWriter getWriter() throws IOException {
            announce();
            return super.getWriter();
        }

        @Override
        public void flushBuffer() throws IOException {
            announce();
            super.flushBuffer();
        }

        @Override
        public void sendError(int status) throws IOException {
            announce();
            super.sendError(status);
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            announce();
            super.sendError(status, message);
        }

        @Override
        public void sendRedirect(String location) throws IOException {
            announce();
            super.sendRedirect(location);
        }
    }
}
