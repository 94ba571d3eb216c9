"""What app.py shows.

    layout.py           the page out of Gradio's parts, and which event calls what
    events.py           what each event answers
    session.py          what is known about a picture, its faces, and the one that is looked at
    drawing.py          the face in superpixels, the bars and pictures as HTML
    page.css, page.js   style, clicks and keys
    guard.py            who may ask for the page
"""
