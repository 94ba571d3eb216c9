"""What app.py shows.

    events.py           what the page answers to each event
    session.py          what the page knows about a picture and its faces
    what_if.py          a face whose superpixels are hidden and shown by hand
    downloads.py        the page's examples and downloads
    cards.py            the page as HTML
    page.css, page.js   its style, and its clicks and keys
    own_page.py         who may ask for the page, and what it keeps on the disk
"""
