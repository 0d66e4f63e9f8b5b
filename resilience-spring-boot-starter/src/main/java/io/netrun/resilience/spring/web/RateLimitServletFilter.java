package io.netrun.resilience.spring.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Writes the header fields of a rate limit in servlet applications, before the response is committed. */
public final class RateLimitServletFilter extends OncePerRequestFilter {

    /** Spring MVC's attribute with the handler of a request; that library may be absent. */
    private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

    private final RateLimitHeaders headers;

    public RateLimitServletFilter(RateLimitHeaders headers) {
        this.headers = headers;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            // The server has reset the response, and the error page has another handler.
            announce(request, response);
            chain.doFilter(request, response);
            return;
        }
        Announced announced = response instanceof Announced already ? already : new Announced(response, request);
        chain.doFilter(request, announced);
        if (!request.isAsyncStarted()) {
            announced.announce();
        }
    }

    private void announce(HttpServletRequest request, HttpServletResponse response) {
        if (!response.isCommitted()) {
            headers.write(request.getAttribute(HANDLER), response::setHeader);
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
            RateLimitServletFilter.this.announce(request, this);
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
